// question: Which facts contradict each other?
// param limit: integer = 20 — rows at most
// columns: uid, text, other_uid, other_text
// portable: yes
MATCH (p:Proposition {space: $space})-[:CONTRADICTS {space: $space}]->(o:Proposition {space: $space})
WHERE p.uid >= ''
RETURN p.uid AS uid, p.text AS text, o.uid AS other_uid, o.text AS other_text
ORDER BY uid, other_uid LIMIT $limit
