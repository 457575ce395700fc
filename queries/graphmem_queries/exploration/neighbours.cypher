// question: Which entities is one linked to by facts?
// param entity: entity — the entity's name, an alias or its uid
// param limit: integer = 20 — rows at most
// columns: uid, name, n_facts
// portable: yes
MATCH (e:Entity {space: $space})<-[:SUBJECT|OBJECT {space: $space}]-(p:Proposition {space: $space})-[:SUBJECT|OBJECT {space: $space}]->(o:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND o.uid <> e.uid
RETURN o.uid AS uid, o.name AS name, count(DISTINCT p.uid) AS n_facts
ORDER BY n_facts DESC, uid LIMIT $limit
