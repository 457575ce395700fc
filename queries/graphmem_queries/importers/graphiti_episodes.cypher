// The next episodes of a group, in the order of their uuids.
// Parameters: group, after, limit. Columns: uuid, name, content, kind, description, valid_at, created_at.
MATCH (e:Episodic)
WHERE coalesce(e.group_id, "") = $group AND e.uuid > $after
RETURN e.uuid, e.name, e.content, e.source, e.source_description,
  toString(e.valid_at), toString(e.created_at)
ORDER BY e.uuid
LIMIT $limit
