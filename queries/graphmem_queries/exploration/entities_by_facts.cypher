// question: Which entities are facts about most?
// param limit: integer = 20 — rows at most
// columns: uid, name, kind, n_facts
// portable: yes
MATCH (e:Entity {space: $space})<-[:SUBJECT {space: $space}]-(p:Proposition {space: $space})
WHERE e.uid >= ''
RETURN e.uid AS uid, e.name AS name, e.kind AS kind, count(p) AS n_facts
ORDER BY n_facts DESC, uid LIMIT $limit
