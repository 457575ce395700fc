// Make nodes that are known to be new.
// Parameters: rows of [label, properties]. Columns: ids in the order of the rows.
UNWIND $rows AS row
CREATE (n:$(row[0]))
SET n = row[1]
RETURN elementId(n)
