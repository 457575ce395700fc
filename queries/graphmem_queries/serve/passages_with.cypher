// What do these passages and those around them say, and which vectors have they? Fills: SAID.
// Parameters: space, uids, names, moments. Columns: what a passage says, vector.
MATCH (p:Passage)
WHERE p.space = $space AND p.uid IN $uids
MATCH (p)-[:NEXT*0..2]-(n:Passage)
WHERE n.space = $space
WITH DISTINCT n, 'Passage' AS label
RETURN <SAID> AS said, n.vector AS vector
