// question: Which tasks did agents work on, and how did they end?
// param limit: integer = 20 — rows at most
// columns: uid, text, outcome, score, n_steps
// portable: yes
MATCH (t:Query {space: $space})
WHERE t.uid >= ''
OPTIONAL MATCH (t)<-[:PART_OF {space: $space}]-(i:Interaction {space: $space})
RETURN t.uid AS uid, t.text AS text, t.outcome AS outcome, t.score AS score, count(i) AS n_steps
ORDER BY outcome, uid LIMIT $limit
