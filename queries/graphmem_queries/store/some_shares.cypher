// The same, of some sources. Parameters: rows of {space, edge, source}. Columns: edge, source, share.
UNWIND $rows AS row
MATCH (s:GraphmemShare {space: row.space, edge: row.edge, source: row.source})
RETURN s.edge, s.source, s.share
