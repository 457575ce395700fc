// Keep what sources contribute to edges. Parameters: rows of {space, edge, source, share}.
UNWIND $rows AS row
MERGE (s:GraphmemShare {space: row.space, edge: row.edge, source: row.source})
SET s.share = row.share
