// question: Which passages mention an entity?
// param entity: entity — the entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: passage, source, position, speaker, at, text
// portable: yes
MATCH (e:Entity {space: $space})<-[:MENTIONS {space: $space}]-(q:Passage {space: $space})-[:PART_OF {space: $space}]->(s:Source {space: $space})
WHERE e.uid IN $entity_uids
RETURN q.uid AS passage, s.name AS source, q.position AS position, q.speaker AS speaker,
  q.at AS at, q.text AS text
ORDER BY source, position, passage LIMIT $limit
