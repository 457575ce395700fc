MATCH path = (e:Entity {space: $space})-[:MENTIONS|SUBJECT|OBJECT|ARGUMENT|SHORT_FOR* SHORTEST 1..8 (r, n | WHERE r.space = $space AND n.space = $space)]-(o:Entity {space: $space})
WHERE (e.uid = $entity OR e.key = $entity_key OR $entity_key IN e.aliases)
  AND (o.uid = $other OR o.key = $other_key OR $other_key IN o.aliases)
  AND o.uid <> e.uid
RETURN length(path) AS n_steps, path
ORDER BY n_steps, e.uid, o.uid LIMIT $limit
