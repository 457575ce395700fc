// Where are these uids? Fills: LABELS.
// Parameters: space, uids, labels.
// Columns: label, uids, ids: one row a label, since each costs the driver 50 µs.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.uid IN $uids
WITH n, head([label IN labels(n) WHERE label IN $labels]) AS label
RETURN label, collect(n.uid) AS uids, collect(elementId(n)) AS ids
