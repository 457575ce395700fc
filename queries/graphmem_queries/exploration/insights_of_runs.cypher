// question: Which insights do these runs support, and which do they speak against?
// param runs: strings — uids of tasks, as the query runs lists them
// param limit: integer = 20 — rows at most
// columns: uid, text, n_for, n_against
// portable: yes
MATCH (n:Insight {space: $space})
WHERE n.uid >= ''
OPTIONAL MATCH (n)-[f:SUPPORTED_BY {space: $space}]->(t:Query {space: $space})
WHERE t.uid IN $runs
WITH n, count(DISTINCT t.uid) AS n_for
OPTIONAL MATCH (n)-[a:CONTRADICTED_BY {space: $space}]->(u:Query {space: $space})
WHERE u.uid IN $runs
WITH n, n_for, count(DISTINCT u.uid) AS n_against
WHERE n_for + n_against > 0
RETURN n.uid AS uid, n.text AS text, n_for, n_against
ORDER BY n_for DESC, n_against, uid LIMIT $limit
