// The next facts of a group, in the order of their uuids.
// Parameters: group, after, limit. Columns: uuid, predicate, text, subject, its labels, object, its
// labels, episodes, valid_at, invalid_at, expired_at, created_at.
MATCH (a:Entity)-[r:RELATES_TO]->(b:Entity)
WHERE coalesce(r.group_id, "") = $group AND r.uuid > $after
  AND coalesce(a.group_id, "") = $group AND coalesce(b.group_id, "") = $group
RETURN r.uuid, r.name, r.fact, a.name, labels(a), b.name, labels(b), r.episodes,
  toString(r.valid_at), toString(r.invalid_at), toString(r.expired_at), toString(r.created_at)
ORDER BY r.uuid
LIMIT $limit
