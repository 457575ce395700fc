// Which spaces hold a node?
// Columns: name.
MATCH (s:GraphmemSpace)
WHERE s.name IS NOT NULL AND s.n_nodes > 0
RETURN s.name
