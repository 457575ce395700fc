// question: Which facts rest on this source alone?
// param source: string — the source's name
// param limit: integer = 20 — rows at most
// columns: uid, text, n_passages
// portable: yes
MATCH (p:Proposition {space: $space})-[:EVIDENCED_BY {space: $space}]->(q:Passage {space: $space})-[:PART_OF {space: $space}]->(s:Source {space: $space})
WHERE p.uid >= ''
WITH p, count(DISTINCT s.uid) AS n_sources, min(s.name) AS source, count(DISTINCT q.uid) AS n_passages
WHERE n_sources = 1 AND source = $source
RETURN p.uid AS uid, p.text AS text, n_passages
ORDER BY n_passages DESC, uid LIMIT $limit
