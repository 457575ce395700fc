// Which nodes of a label come next by their first key? Fills: LABEL, VALUES.
// Parameters: space, after, limit. Columns: properties in the order of the model.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.lookup > $after
WITH n ORDER BY n.space, n.lookup LIMIT $limit
RETURN [<VALUES>] AS said
