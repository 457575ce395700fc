// question: What lies below a concept, to a depth of five?
// param concept: concept — the concept's name or uid
// param limit: integer = 20 — rows at most
// columns: uid, name, depth
// portable: yes
MATCH path = (c:Concept {space: $space})-[:BROADER*1..5 {space: $space}]->(top:Concept {space: $space})
WHERE top.uid IN $concept_uids
RETURN c.uid AS uid, c.name AS name, min(length(path)) AS depth
ORDER BY depth, name, uid LIMIT $limit
