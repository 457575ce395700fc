// Which nodes changed last within these commits? Fills: LABELS, SAID.
// Parameters: space, after, end, names, moments. Columns: sort, term, seq, what the node says.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.seq > $after AND n.seq <= $end
WITH n, head([label IN labels(n) WHERE label IN keys($names)]) AS label
RETURN 'node' AS sort, label AS term, n.seq AS seq,
  <SAID> AS said
