// Which passages of the space are best by words? The index streams what it finds, best first, so
// that a small space gets its k whatever the others hold.
// Parameters: space, query, k, until (seconds since 1970, or null). Columns: uid.
CALL db.index.fulltext.queryNodes('graphmem_Passage_text', $query) YIELD node, score
WITH node, score
WHERE node.space = $space AND ($until IS NULL OR node.at IS NULL OR node.at.epochMillis < 1000 * ($until + 1))
RETURN node.uid AS uid, score
LIMIT $k
