// A node by its uid. Fills: LABEL.
CREATE CONSTRAINT graphmem_<LABEL>_uid IF NOT EXISTS
FOR (n:<LABEL>) REQUIRE (n.space, n.uid) IS UNIQUE
