// question: Which sources have the most passages?
// param limit: integer = 20 — rows at most
// columns: uid, name, kind, at, n_passages
// portable: yes
MATCH (s:Source {space: $space})
WHERE s.uid >= ''
OPTIONAL MATCH (s)<-[:PART_OF {space: $space}]-(q:Passage {space: $space})
RETURN s.uid AS uid, s.name AS name, s.kind AS kind, s.at AS at, count(q) AS n_passages
ORDER BY n_passages DESC, uid LIMIT $limit
