// How many vectors has the space, and how many have all? Parameters: space. Columns: held, in_all.
MATCH (s:GraphmemSpace)
RETURN sum(CASE WHEN s.name = $space THEN s.n_vectors ELSE 0 END) AS held,
  sum(s.n_vectors) AS in_all
