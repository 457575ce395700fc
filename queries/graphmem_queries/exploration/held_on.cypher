// question: What held about an entity on a date, as we know today?
// param entity: entity — the entity's name, an alias or its uid
// param date: datetime — the date in the world
// param limit: integer = 20 — rows at most
// columns: uid, text, status, valid_from, valid_to
// portable: yes
MATCH (p:Proposition {space: $space})-[:SUBJECT|OBJECT {space: $space}]->(e:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND p.retired_at IS NULL
  AND (p.valid_from IS NULL OR p.valid_from <= $date)
  AND (p.valid_to IS NULL OR p.valid_to > $date)
RETURN DISTINCT p.uid AS uid, p.text AS text, p.status AS status, p.valid_from AS valid_from,
  p.valid_to AS valid_to
ORDER BY valid_from, uid LIMIT $limit
