// question: What happened with an entity, in the order of time?
// param entity: entity — the entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: uid, text, happened_from, happened_to, speaker
// portable: yes
MATCH (e:Entity {space: $space})<-[:ARGUMENT {space: $space}]-(v:Event {space: $space})
WHERE e.uid IN $entity_uids
RETURN DISTINCT v.uid AS uid, v.text AS text, v.happened_from AS happened_from,
  v.happened_to AS happened_to, v.speaker AS speaker
ORDER BY happened_from, uid LIMIT $limit
