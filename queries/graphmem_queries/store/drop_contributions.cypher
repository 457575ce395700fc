// Forget what sources contributed to.
// Parameters: space, sources.
MATCH (c:GraphmemContribution)
WHERE c.space = $space AND c.source IN $sources
DELETE c
