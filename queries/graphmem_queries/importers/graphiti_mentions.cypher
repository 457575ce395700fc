// Which entities do these episodes mention?
// Parameters: group, uuids. Columns: uuid of the episode, name and labels of the entity.
MATCH (e:Episodic)-[:MENTIONS]->(n:Entity)
WHERE e.uuid IN $uuids AND coalesce(e.group_id, "") = $group
  AND coalesce(n.group_id, "") = $group
RETURN e.uuid, n.name, labels(n)
ORDER BY e.uuid, n.name
