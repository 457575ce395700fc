// Which edges start at these nodes? Fills: LABELS, KINDS.
// Parameters: space, uids. Columns: kind, start, end.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.uid IN $uids
MATCH (n)-[r<KINDS>]->(m)
RETURN type(r) AS kind, n.uid AS start, m.uid AS end
