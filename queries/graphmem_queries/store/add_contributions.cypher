// Keep which edges a commit gave a source a part in.
// Parameters: rows of {space, source, seq, edges}.
UNWIND $rows AS row
CREATE (c:GraphmemContribution)
SET c = row
