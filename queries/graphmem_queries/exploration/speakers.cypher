// question: Who speaks, how often, and from when to when?
// param limit: integer = 20 — rows at most
// columns: speaker, n_passages, first_at, last_at
// portable: yes
MATCH (q:Passage {space: $space})
WHERE q.uid >= '' AND q.speaker IS NOT NULL
RETURN q.speaker AS speaker, count(*) AS n_passages, min(q.at) AS first_at, max(q.at) AS last_at
ORDER BY n_passages DESC, speaker LIMIT $limit
