// question: Which facts and procedures are about a concept?
// param concept: concept — the concept's name or uid
// param limit: integer = 20 — rows at most
// columns: uid, text
// portable: yes
MATCH (p:Prescription|Proposition {space: $space})-[:ABOUT {space: $space}]->(c:Concept {space: $space})
WHERE c.uid IN $concept_uids
RETURN DISTINCT p.uid AS uid, p.text AS text
ORDER BY uid LIMIT $limit
