// Vectors by nearness. Fills: LABEL. Parameters: options.
CREATE VECTOR INDEX graphmem_<LABEL>_vector IF NOT EXISTS FOR (n:<LABEL>) ON (n.vector)
OPTIONS $options
