// Forget what all sources of a space contributed to, since no edge is left.
// Parameters: space.
MATCH (c:GraphmemContribution)
WHERE c.space = $space AND c.source >= ''
DELETE c
