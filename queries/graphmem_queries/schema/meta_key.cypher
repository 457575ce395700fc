// Facts about the whole store.
CREATE CONSTRAINT graphmem_meta IF NOT EXISTS FOR (m:GraphmemMeta) REQUIRE m.key IS UNIQUE
