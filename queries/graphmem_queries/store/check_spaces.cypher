// Which spaces were ever written, and what do they and their newest commits say they hold?
// Columns: name, the space's properties, the commit's totals.
MATCH (s:GraphmemSpace)
WHERE s.name IS NOT NULL
OPTIONAL MATCH (c:GraphmemCommit {space: s.name, seq: s.seq})
RETURN s.name, properties(s), c.totals
