// question: Under which other names is an entity known, and what is it the same as?
// param entity: entity — the entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: uid, name, kind, aliases, same_uid, same_name
// portable: yes
MATCH (e:Entity {space: $space})
WHERE e.uid IN $entity_uids
OPTIONAL MATCH (e)-[:SAME_AS {space: $space}]-(o:Entity {space: $space})
RETURN DISTINCT e.uid AS uid, e.name AS name, e.kind AS kind, e.aliases AS aliases, o.uid AS same_uid,
  o.name AS same_name
ORDER BY uid, same_uid LIMIT $limit
