// What was removed within these commits?
// Parameters: space, after, end. Columns: sort, term, seq, uids and edges ("KIND start end").
MATCH (c:GraphmemCommit)
WHERE c.space = $space AND c.seq > $after AND c.seq <= $end
  AND (c.removed_nodes IS NOT NULL OR c.removed_edges IS NOT NULL)
RETURN 'removal' AS sort, '' AS term, c.seq AS seq, [c.removed_nodes, c.removed_edges] AS said
