// question: How are two entities linked, in the fewest steps (eight at most)?
// param entity: entity — the entity's name, an alias or its uid
// param other: entity — the other entity's name, an alias or its uid
// param limit: integer = 1 — paths at most
// columns: n_steps, path
// portable: no: each engine writes a shortest path in its own way, and either may choose another of several
MATCH (e:Entity {space: $space}), (o:Entity {space: $space})
WHERE e.uid IN $entity_uids
  AND o.uid IN $other_uids
  AND o.uid <> e.uid
MATCH path = shortestPath((e)-[:MENTIONS|SUBJECT|OBJECT|ARGUMENT|SHORT_FOR*1..8]-(o))
WHERE all(r IN relationships(path) WHERE r.space = $space)
  AND all(n IN nodes(path) WHERE n.space = $space)
RETURN length(path) AS n_steps, path
ORDER BY n_steps, e.uid, o.uid LIMIT $limit
