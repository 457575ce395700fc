// To which edges did these sources ever contribute?
// Parameters: space, sources. Columns: source, edges ("KIND start end").
MATCH (c:GraphmemContribution)
WHERE c.space = $space AND c.source IN $sources
RETURN c.source, c.edges
