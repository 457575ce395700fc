// question: Who shares an event with an entity?
// param entity: entity — the entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: uid, name, n_events
// portable: yes
MATCH (e:Entity {space: $space})<-[:ARGUMENT {space: $space}]-(v:Event {space: $space})-[:ARGUMENT {space: $space}]->(o:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND o.uid <> e.uid
RETURN o.uid AS uid, o.name AS name, count(DISTINCT v.uid) AS n_events
ORDER BY n_events DESC, uid LIMIT $limit
