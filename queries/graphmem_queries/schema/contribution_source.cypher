// What a source contributed to.
CREATE INDEX graphmem_contribution IF NOT EXISTS
FOR (c:GraphmemContribution) ON (c.space, c.source)
