// Spaces by name.
CREATE CONSTRAINT graphmem_space IF NOT EXISTS FOR (s:GraphmemSpace) REQUIRE s.name IS UNIQUE
