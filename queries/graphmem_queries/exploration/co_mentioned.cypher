// question: Which entities are mentioned together with one?
// param entity: entity — the entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: uid, name, kind, n_passages
// portable: yes
MATCH (e:Entity {space: $space})<-[:MENTIONS {space: $space}]-(q:Passage {space: $space})-[:MENTIONS {space: $space}]->(o:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND o.uid <> e.uid
RETURN o.uid AS uid, o.name AS name, o.kind AS kind, count(DISTINCT q.uid) AS n_passages
ORDER BY n_passages DESC, uid LIMIT $limit
