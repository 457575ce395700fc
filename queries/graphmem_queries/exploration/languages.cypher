// question: Which languages are the passages in?
// param limit: integer = 20 — rows at most
// columns: language, n_passages
// portable: yes
MATCH (q:Passage {space: $space})
WHERE q.uid >= '' AND q.language IS NOT NULL
RETURN q.language AS language, count(*) AS n_passages
ORDER BY n_passages DESC, language LIMIT $limit
