// Which nodes of a label come next by uid? One branch a label. Fills: LABEL.
// Both are said in ORDER BY, so that the index hands them out in order and no more are read.
// Parameters: space, after, limit. Columns: uid.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.uid > $after
RETURN n.uid AS uid ORDER BY n.space, n.uid LIMIT $limit
