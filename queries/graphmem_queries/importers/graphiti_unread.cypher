// How much of a group has no uuid that is a text, or joins two groups, and so is not read?
// Parameters: group. Columns: what, how many.
MATCH (e:Episodic) WHERE coalesce(e.group_id, "") = $group AND NOT coalesce(e.uuid > "", false)
RETURN "episodes without a uuid that is a text" AS what, count(e) AS n
UNION ALL
MATCH (a:Entity)-[r:RELATES_TO]->(b:Entity)
WHERE coalesce(r.group_id, "") = $group AND NOT coalesce(r.uuid > "", false)
RETURN "facts without a uuid that is a text" AS what, count(r) AS n
UNION ALL
MATCH (a:Entity)-[r:RELATES_TO]->(b:Entity)
WHERE coalesce(r.group_id, "") = $group
  AND (coalesce(a.group_id, "") <> $group OR coalesce(b.group_id, "") <> $group)
RETURN "facts about entities of another group" AS what, count(r) AS n
