// question: Which entities are alike, by the weight of their likeness?
// param limit: integer = 20 — rows at most
// columns: uid, name, other_uid, other_name, weight
// portable: yes
MATCH (e:Entity {space: $space})-[s:SIMILAR {space: $space}]->(o:Entity {space: $space})
WHERE e.uid >= ''
RETURN e.uid AS uid, e.name AS name, o.uid AS other_uid, o.name AS other_name, s.weight AS weight
ORDER BY weight DESC, uid, other_uid LIMIT $limit
