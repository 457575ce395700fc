// End a commit: the space's number and counters, and the commit's own node.
// Parameters: space, totals, commit.
MATCH (s:GraphmemSpace {name: $space})
SET s += $totals
CREATE (c:GraphmemCommit)
SET c = $commit
