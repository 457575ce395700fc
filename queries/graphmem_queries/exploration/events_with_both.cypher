// question: In which events do two entities take part?
// param entity: entity — the entity's name, an alias or its uid
// param other: entity — the other entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: uid, text, happened_from
// portable: yes
MATCH (e:Entity {space: $space})<-[:ARGUMENT {space: $space}]-(v:Event {space: $space})-[:ARGUMENT {space: $space}]->(o:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND o.uid IN $other_uids
RETURN DISTINCT v.uid AS uid, v.text AS text, v.happened_from AS happened_from
ORDER BY happened_from, uid LIMIT $limit
