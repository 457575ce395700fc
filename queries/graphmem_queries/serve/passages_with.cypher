// What do these passages and those around them say, and which vectors have they? Fills: VALUES.
// Parameters: space, uids. Columns: properties in the order of the model, vector.
MATCH (p:Passage)
WHERE p.space = $space AND p.uid IN $uids
MATCH (p)-[:NEXT*0..2]-(n:Passage)
WHERE n.space = $space
WITH DISTINCT n
RETURN [<VALUES>] AS said, n.vector AS vector
