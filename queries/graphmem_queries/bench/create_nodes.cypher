// What a driver does with rows of nodes and nothing else. Fills: LABEL. Parameters: rows.
UNWIND $rows AS row
CREATE (n:<LABEL>)
SET n = row
