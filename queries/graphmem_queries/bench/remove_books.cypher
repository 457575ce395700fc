// Removes the bookkeeping of a measurement's space. Parameters: space.
MATCH (n:GraphmemCommit|GraphmemKey|GraphmemContribution|GraphmemSpace)
WHERE n.space = $space OR n.name = $space
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS
