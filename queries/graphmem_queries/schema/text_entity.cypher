// The words of names.
CREATE FULLTEXT INDEX graphmem_Entity_text IF NOT EXISTS FOR (n:Entity) ON EACH [n.name]
