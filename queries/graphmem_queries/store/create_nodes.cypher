// Make nodes that are known to be new.
// Parameters: rows of [label, properties, moments by name]. Columns: ids, a list in the order of the rows.
UNWIND $rows AS row
CREATE (n:$(row[0]))
SET n = row[1]
FOREACH (name IN keys(row[2]) | SET n[name] = datetime(row[2][name]))
RETURN collect(elementId(n))
