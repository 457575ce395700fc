// Which edges start at these nodes? One branch a label. Fills: LABEL, KINDS.
// Parameters: space, uids. Columns: kind, start, end.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.uid IN $uids
MATCH (n)-[r<KINDS>]->(m)
RETURN type(r) AS kind, n.uid AS start, m.uid AS end
