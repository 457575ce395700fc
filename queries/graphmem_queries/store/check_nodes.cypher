// How many nodes of a label are there, and how many vectors? One branch a label. Fills: LABEL.
// Parameters: space. Columns: term, n, n_vectors, newest commit, n_crossing,
// n_beyond.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.seq >= 0
RETURN 'n_<LABEL>' AS term, count(n) AS n, count(n.vector_seq) AS n_vectors,
  max(n.seq) AS newest, 0 AS n_crossing, 0 AS n_beyond
