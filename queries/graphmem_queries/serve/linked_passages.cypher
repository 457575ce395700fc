// How many passages have a link of these kinds? Fills: KINDS. Parameters: space. Columns: n.
MATCH (p:Passage)
WHERE p.space = $space AND EXISTS { (p)-[<KINDS>]-() }
RETURN count(p) AS n
