// Forget what sources contribute to edges. Parameters: rows of {space, edge, source}.
UNWIND $rows AS row
MATCH (s:GraphmemShare {space: row.space, edge: row.edge, source: row.source})
DELETE s
