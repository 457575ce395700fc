// Nodes by their first key. Fills: LABEL.
CREATE INDEX graphmem_<LABEL>_lookup IF NOT EXISTS FOR (n:<LABEL>) ON (n.space, n.lookup)
