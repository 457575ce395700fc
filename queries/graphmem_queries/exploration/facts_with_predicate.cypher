// question: What is said of an entity with one predicate, over time?
// param entity: entity — the entity's name, an alias or its uid
// param predicate: string — the predicate, as the query predicates lists it
// param limit: integer = 20 — rows at most
// columns: uid, text, status, valid_from, valid_to
// portable: yes
MATCH (p:Proposition {space: $space})-[:SUBJECT {space: $space}]->(e:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND p.predicate = $predicate
RETURN DISTINCT p.uid AS uid, p.text AS text, p.status AS status, p.valid_from AS valid_from,
  p.valid_to AS valid_to
ORDER BY valid_from, uid LIMIT $limit
