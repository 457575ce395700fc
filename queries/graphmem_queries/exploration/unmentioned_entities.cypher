// question: Which entities does no passage mention?
// param limit: integer = 20 — rows at most
// columns: uid, name, kind
// portable: yes
MATCH (e:Entity {space: $space})
WHERE e.uid >= '' AND NOT EXISTS { MATCH (e)<-[:MENTIONS {space: $space}]-(:Passage {space: $space}) }
RETURN e.uid AS uid, e.name AS name, e.kind AS kind
ORDER BY name, uid LIMIT $limit
