// What do these passages and those around them say, and how near are they? Fills: VALUES.
// Parameters: space, uids, vector. Columns: properties in the order of the model, cosine.
MATCH (p:Passage)
WHERE p.space = $space AND p.uid IN $uids
MATCH (p)-[:NEXT*0..2]-(n:Passage)
WHERE n.space = $space
WITH DISTINCT n
RETURN [<VALUES>] AS said,
  CASE WHEN n.vector IS NULL THEN null
  ELSE 2 * vector.similarity.cosine(n.vector, $vector) - 1 END AS cosine
