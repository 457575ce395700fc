// Which passages of the space are best by words? The query asks for the space, too, so that the
// index goes through nothing of others, but for those whose names have the same words.
// Parameters: space, query, k, until (seconds since 1970, or null). Columns: uid.
CALL db.index.fulltext.queryNodes('graphmem_Passage_words', $query) YIELD node, score
WITH node, score
WHERE node.space = $space AND ($until IS NULL OR node.at IS NULL OR node.at.epochMillis < 1000 * ($until + 1))
RETURN node.uid AS uid, score
LIMIT $k
