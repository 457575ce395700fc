// Remove nodes and whatever edges are left on them.
// Parameters: ids. Columns: how many vectors went with them.
UNWIND $ids AS id
MATCH (n) WHERE elementId(n) = id
WITH n, n.vector_seq IS NOT NULL AS had
DETACH DELETE n
RETURN count(CASE WHEN had THEN 1 END)
