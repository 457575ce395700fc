// question: Which passages mention two entities?
// param entity: name — the entity's name, an alias or its uid
// param other: name — the other entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: passage, text, at
// portable: yes
MATCH (e:Entity {space: $space})<-[:MENTIONS {space: $space}]-(q:Passage {space: $space})-[:MENTIONS {space: $space}]->(o:Entity {space: $space})
WHERE (e.uid = $entity OR e.key = $entity_key OR $entity_key IN e.aliases)
  AND (o.uid = $other OR o.key = $other_key OR $other_key IN o.aliases)
  AND o.uid <> e.uid
RETURN DISTINCT q.uid AS passage, q.text AS text, q.at AS at
ORDER BY at, passage LIMIT $limit
