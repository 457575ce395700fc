// The commits of a space, in their order.
CREATE CONSTRAINT graphmem_commit IF NOT EXISTS
FOR (c:GraphmemCommit) REQUIRE (c.space, c.seq) IS UNIQUE
