// Vectors by the commit that changed them last. Fills: LABEL.
CREATE INDEX graphmem_<LABEL>_vector_seq IF NOT EXISTS FOR (n:<LABEL>) ON (n.space, n.vector_seq)
