// Which of the n nearest passages are of the space? The index of 5.26 cannot filter, so whoever
// asks for k must ask for a larger n until k pass. It compares vectors of whole numbers, which put
// the nearest second for one question in eight, so those found are compared by their own.
// Parameters: space, vector, n, until (seconds since 1970, or null). Columns: uid, score.
CALL db.index.vector.queryNodes('graphmem_Passage_vector', $n, $vector) YIELD node
WHERE node.space = $space AND ($until IS NULL OR node.at IS NULL OR node.at.epochMillis < 1000 * ($until + 1))
RETURN node.uid AS uid, vector.similarity.cosine(node.vector, $vector) AS score
ORDER BY score DESC, uid
