// Which edges at a node come next by their keys? Fills: LABELS, KINDS.
// What they say is read of those that are shown.
// Parameters: space, uid, kind, start, stop, limit. Columns: kind, what an edge says.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.uid = $uid
MATCH (n)-[r<KINDS>]-()
WHERE r.space = $space AND type(r) >= $kind
WITH DISTINCT r, type(r) AS kind, startNode(r).uid AS start, endNode(r).uid AS stop
WHERE kind > $kind OR start > $start OR (start = $start AND stop > $stop)
WITH r, kind, start, stop ORDER BY kind, start, stop LIMIT $limit
RETURN kind, [start, stop, r.sources, r.shares, r.role, r.span, r.n_beyond] AS said
