// What do sources contribute to these edges that the edges do not name themselves?
// Parameters: space, edges ("KIND start end"). Columns: edge, source, share.
MATCH (s:GraphmemShare)
WHERE s.space = $space AND s.edge IN $edges AND s.source >= ''
RETURN s.edge, s.source, s.share
