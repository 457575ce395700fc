// question: Which passages mention two entities?
// param entity: entity — the entity's name, an alias or its uid
// param other: entity — the other entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: passage, text, at
// portable: yes
MATCH (e:Entity {space: $space})<-[:MENTIONS {space: $space}]-(q:Passage {space: $space})-[:MENTIONS {space: $space}]->(o:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND o.uid IN $other_uids
  AND o.uid <> e.uid
RETURN DISTINCT q.uid AS passage, q.text AS text, q.at AS at
ORDER BY at, passage LIMIT $limit
