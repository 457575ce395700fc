// question: Which facts and procedures are about a concept?
// param concept: name — the concept's name or uid
// param limit: integer = 20 — rows at most
// columns: uid, text
// portable: yes
MATCH (p:Prescription|Proposition {space: $space})-[:ABOUT {space: $space}]->(c:Concept {space: $space})
WHERE c.uid = $concept OR c.key = $concept_key
RETURN DISTINCT p.uid AS uid, p.text AS text
ORDER BY uid LIMIT $limit
