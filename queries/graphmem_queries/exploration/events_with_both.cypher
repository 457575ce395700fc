// question: In which events do two entities take part?
// param entity: name — the entity's name, an alias or its uid
// param other: name — the other entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: uid, text, happened_from
// portable: yes
MATCH (e:Entity {space: $space})<-[:ARGUMENT {space: $space}]-(v:Event {space: $space})-[:ARGUMENT {space: $space}]->(o:Entity {space: $space})
WHERE (e.uid = $entity OR e.key = $entity_key OR $entity_key IN e.aliases)
  AND (o.uid = $other OR o.key = $other_key OR $other_key IN o.aliases)
RETURN DISTINCT v.uid AS uid, v.text AS text, v.happened_from AS happened_from
ORDER BY happened_from, uid LIMIT $limit
