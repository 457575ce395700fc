// Nodes by the commit that changed them last. Fills: LABEL.
CREATE INDEX graphmem_<LABEL>_seq IF NOT EXISTS FOR (n:<LABEL>) ON (n.space, n.seq)
