// What sources contribute to edges beyond those that the edges name themselves.
CREATE CONSTRAINT graphmem_share IF NOT EXISTS
FOR (s:GraphmemShare) REQUIRE (s.space, s.edge, s.source) IS UNIQUE
