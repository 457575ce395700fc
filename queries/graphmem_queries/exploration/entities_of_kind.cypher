// question: Which entities are of a kind?
// param kind: string = person — person, place, organization, event, object, time, …
// param limit: integer = 20 — rows at most
// columns: uid, name
// portable: yes
MATCH (e:Entity {space: $space})
WHERE e.uid >= '' AND e.kind = $kind
RETURN e.uid AS uid, e.name AS name
ORDER BY name, uid LIMIT $limit
