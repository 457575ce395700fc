// question: Which names do several entities have?
// param limit: integer = 20 — rows at most
// columns: name, n_entities, first_uid, last_uid
// portable: yes
MATCH (e:Entity {space: $space})
WHERE e.uid >= ''
WITH e.key AS name, count(*) AS n_entities, min(e.uid) AS first_uid, max(e.uid) AS last_uid
WHERE n_entities > 1
RETURN name, n_entities, first_uid, last_uid
ORDER BY n_entities DESC, name LIMIT $limit
