// Edges by the commit that changed them last. Fills: KIND.
CREATE INDEX graphmem_<KIND>_seq IF NOT EXISTS FOR ()-[r:<KIND>]-() ON (r.space, r.seq)
