// Which passages of a small space are nearest? Looks at each of them.
// Parameters: space, vector, k, until (seconds since 1970, or null). Columns: uid, score.
MATCH (p:Passage)
WHERE p.space = $space AND p.vector_seq >= 0
  AND ($until IS NULL OR p.at IS NULL OR p.at.epochMillis < 1000 * ($until + 1))
RETURN p.uid AS uid, vector.similarity.cosine(p.vector, $vector) AS score
ORDER BY score DESC, uid
LIMIT $k
