// Which edges start or end at these nodes?
// Parameters: space, ids. Columns: id, kind, start, end, n_beyond.
UNWIND $ids AS id
MATCH (n) WHERE elementId(n) = id
MATCH (n)-[r]-()
WHERE r.space = $space
RETURN DISTINCT elementId(r), type(r), startNode(r).uid, endNode(r).uid, r.n_beyond
