// question: What do we believe about an entity now?
// param entity: entity — the entity's name, an alias or its uid
// param now: datetime = now — the present, where it is another
// param limit: integer = 20 — rows at most
// columns: uid, text, confidence, valid_from
// portable: yes
MATCH (p:Proposition {space: $space})-[:SUBJECT|OBJECT {space: $space}]->(e:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND (p.status IN ['current', 'superseded'] OR (p.status = 'retired' AND p.retired_at IS NOT NULL))
  AND (p.valid_from IS NULL OR p.valid_from <= $now)
  AND (p.valid_to > $now OR (p.valid_to IS NULL AND p.status = 'current'))
RETURN DISTINCT p.uid AS uid, p.text AS text, p.confidence AS confidence,
  p.valid_from AS valid_from
ORDER BY valid_from DESC, uid LIMIT $limit
