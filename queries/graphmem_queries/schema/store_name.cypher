// One node says that the database is a store.
CREATE CONSTRAINT graphmem_store IF NOT EXISTS FOR (s:GraphmemStore) REQUIRE s.name IS UNIQUE
