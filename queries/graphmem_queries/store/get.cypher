// What do these uids say? Fills: LABELS, SAID.
// Parameters: space, uids, names, moments. Columns: uid, label, id, what the node says.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.uid IN $uids
WITH n, head([label IN labels(n) WHERE label IN keys($names)]) AS label
RETURN n.uid AS uid, label, elementId(n) AS id,
  <SAID> AS said
