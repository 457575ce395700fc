MATCH (n:Source|Passage|Event|Entity|Proposition|Concept|Prescription|Hyperedge|Interaction|Query|Insight|Predicate {space: $space})
WHERE n.uid >= ''
RETURN label(n) AS label, count(n) AS n_nodes, min(n.recorded_at) AS first_recorded,
  max(n.recorded_at) AS last_recorded
ORDER BY n_nodes DESC, label LIMIT $limit
