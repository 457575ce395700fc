// Keys of nodes beyond the first.
CREATE CONSTRAINT graphmem_key IF NOT EXISTS
FOR (k:GraphmemKey) REQUIRE (k.space, k.label, k.key, k.uid) IS UNIQUE
