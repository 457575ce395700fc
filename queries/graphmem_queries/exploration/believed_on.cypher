// question: What did we believe about an entity on a date, and held it then?
// param entity: entity — the entity's name, an alias or its uid
// param date: datetime — the date, both of our knowledge and in the world
// param limit: integer = 20 — rows at most
// columns: uid, text, confidence, recorded_at, valid_from, valid_to
// portable: yes
MATCH (p:Proposition {space: $space})-[:SUBJECT|OBJECT {space: $space}]->(e:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND p.recorded_at <= $date AND (p.retired_at IS NULL OR p.retired_at > $date)
  AND (p.valid_from IS NULL OR p.valid_from <= $date)
  AND (p.valid_to IS NULL OR p.valid_to > $date)
RETURN DISTINCT p.uid AS uid, p.text AS text, p.confidence AS confidence,
  p.recorded_at AS recorded_at, p.valid_from AS valid_from, p.valid_to AS valid_to
ORDER BY valid_from, recorded_at, uid LIMIT $limit
