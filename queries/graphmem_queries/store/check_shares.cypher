// How many contributions of a space do edges not name themselves? Parameters: space. Columns: n.
MATCH (s:GraphmemShare)
WHERE s.space = $space AND s.edge >= '' AND s.source IS NOT NULL
RETURN count(s)
