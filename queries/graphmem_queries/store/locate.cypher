// Where are these uids? One branch a label. Fills: LABEL.
// Parameters: space, uids. Columns: label, uids, ids: one row, since each costs the driver 50 µs.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.uid IN $uids
RETURN '<LABEL>' AS label, collect(n.uid) AS uids, collect(elementId(n)) AS ids
