// How many vectors may the space have, and how many all? Reads two counters.
// Parameters: space. Columns: held, in_all.
MATCH (s:GraphmemSpace {name: $space})
RETURN coalesce(s.n_Passage, 0) AS held, COUNT { (:Passage) } AS in_all
