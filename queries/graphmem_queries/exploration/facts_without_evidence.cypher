// question: Which facts have no passage behind them?
// param limit: integer = 20 — rows at most
// columns: uid, text, recorded_at
// portable: yes
MATCH (p:Proposition {space: $space})
WHERE p.uid >= '' AND NOT EXISTS { MATCH (p)-[:EVIDENCED_BY {space: $space}]->(:Passage {space: $space}) }
RETURN p.uid AS uid, p.text AS text, p.recorded_at AS recorded_at
ORDER BY uid LIMIT $limit
