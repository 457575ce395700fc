MATCH path = (e:Entity {space: $space})-[:MENTIONS|SUBJECT|OBJECT|ARGUMENT|SHORT_FOR* SHORTEST 1..8 (r, n | WHERE r.space = $space AND n.space = $space)]-(o:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND o.uid IN $other_uids
  AND o.uid <> e.uid
RETURN length(path) AS n_steps, path
ORDER BY n_steps, e.uid, o.uid LIMIT $limit
