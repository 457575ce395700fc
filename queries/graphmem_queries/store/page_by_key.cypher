// Which nodes of a label come next by their first key? Fills: LABEL, SAID.
// Parameters: space, after, limit, names, moments. Columns: what a node says.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.lookup > $after
WITH n, '<LABEL>' AS label ORDER BY n.space, n.lookup LIMIT $limit
RETURN <SAID> AS said
