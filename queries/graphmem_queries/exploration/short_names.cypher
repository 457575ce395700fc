// question: Which short names stand for which entities?
// param limit: integer = 20 — rows at most
// columns: uid, name, for_uid, for_name, weight
// portable: yes
MATCH (e:Entity {space: $space})-[s:SHORT_FOR {space: $space}]->(o:Entity {space: $space})
WHERE e.uid >= ''
RETURN e.uid AS uid, e.name AS name, o.uid AS for_uid, o.name AS for_name, s.weight AS weight
ORDER BY name, uid, for_uid LIMIT $limit
