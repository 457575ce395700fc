// How many rows changed in the commits after a watermark?
// Parameters: space, after, limit. Columns: seq, n_rows, oldest first.
MATCH (c:GraphmemCommit)
WHERE c.space = $space AND c.seq > $after
RETURN c.seq AS seq, c.n_rows AS n_rows
ORDER BY c.seq
LIMIT $limit
