// question: Which entities are mentioned most?
// param limit: integer = 20 — rows at most
// columns: uid, name, kind, n_passages
// portable: yes
MATCH (e:Entity {space: $space})<-[m:MENTIONS {space: $space}]-(q:Passage {space: $space})
WHERE e.uid >= ''
RETURN e.uid AS uid, e.name AS name, e.kind AS kind, count(q) AS n_passages
ORDER BY n_passages DESC, uid LIMIT $limit
