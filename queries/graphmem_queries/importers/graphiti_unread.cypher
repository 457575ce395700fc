// How much of a group has no uuid, or joins two groups, and so is not read?
// Parameters: group. Columns: what, how many.
MATCH (e:Episodic) WHERE coalesce(e.group_id, "") = $group AND e.uuid IS NULL
RETURN "episodes without a uuid" AS what, count(e) AS n
UNION ALL
MATCH (a:Entity)-[r:RELATES_TO]->(b:Entity)
WHERE coalesce(r.group_id, "") = $group AND r.uuid IS NULL
RETURN "facts without a uuid" AS what, count(r) AS n
UNION ALL
MATCH (a:Entity)-[r:RELATES_TO]->(b:Entity)
WHERE coalesce(r.group_id, "") = $group
  AND (coalesce(a.group_id, "") <> $group OR coalesce(b.group_id, "") <> $group)
RETURN "facts about entities of another group" AS what, count(r) AS n
