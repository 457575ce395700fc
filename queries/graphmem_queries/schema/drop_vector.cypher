// Make room for vectors of another dimension. Fills: LABEL.
DROP INDEX graphmem_<LABEL>_vector IF EXISTS
