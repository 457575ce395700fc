// In how many rows is it written who contributed to the edges of a space?
// Parameters: space. Columns: n.
MATCH (c:GraphmemContribution)
WHERE c.space = $space AND c.source >= ''
RETURN count(c)
