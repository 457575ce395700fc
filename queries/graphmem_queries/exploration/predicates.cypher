// question: Which predicates do facts use, and how often?
// param limit: integer = 20 — rows at most
// columns: predicate, n_facts, n_current
// portable: yes
MATCH (p:Proposition {space: $space})
WHERE p.uid >= ''
RETURN p.predicate AS predicate, count(*) AS n_facts,
  sum(CASE WHEN p.status = 'current' THEN 1 ELSE 0 END) AS n_current
ORDER BY n_facts DESC, predicate LIMIT $limit
