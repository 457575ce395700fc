// Forget what any source contributes to these edges. Parameters: space, edges.
MATCH (s:GraphmemShare)
WHERE s.space = $space AND s.edge IN $edges AND s.source >= ''
DELETE s
