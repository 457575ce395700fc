// Which edges start or end at these uids? Fills: LABELS, KINDS.
// Parameters: space, uids. Columns: kind, what an edge says; an edge comes once for each end.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.uid IN $uids
MATCH (n)-[r<KINDS>]-()
WHERE r.space = $space
RETURN type(r) AS kind,
  [startNode(r).uid, endNode(r).uid, r.sources, r.shares, r.role, r.span, r.n_beyond] AS said
