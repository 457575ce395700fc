// question: Which facts have the most passages and sources behind them?
// param limit: integer = 20 — rows at most
// columns: uid, text, n_sources, n_passages
// portable: yes
MATCH (p:Proposition {space: $space})-[:EVIDENCED_BY {space: $space}]->(q:Passage {space: $space})-[:PART_OF {space: $space}]->(s:Source {space: $space})
WHERE p.uid >= ''
WITH p, count(DISTINCT s.uid) AS n_sources, count(DISTINCT q.uid) AS n_passages
RETURN p.uid AS uid, p.text AS text, n_sources, n_passages
ORDER BY n_sources DESC, n_passages DESC, uid LIMIT $limit
