// How many edges of a kind are there, and how many leave the space? One branch a kind. Fills: KIND.
// Parameters: space. Columns: term, n, n_vectors, newest commit, n_crossing, n_beyond.
MATCH (a)-[r:<KIND>]->(b)
WHERE r.space = $space AND r.seq >= 0
RETURN 'e_<KIND>' AS term, count(r) AS n, 0 AS n_vectors, max(r.seq) AS newest,
  count(CASE WHEN a.space <> $space OR b.space <> $space THEN 1 END) AS n_crossing,
  sum(coalesce(r.n_beyond, 0)) AS n_beyond
