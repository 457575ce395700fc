// question: Which procedures worked best?
// param limit: integer = 20 — rows at most
// columns: uid, text, applies, uses, successes, share
// portable: yes
MATCH (p:Prescription {space: $space})
WHERE p.uid >= ''
RETURN p.uid AS uid, p.text AS text, p.`when` AS applies, p.uses AS uses,
  p.successes AS successes, (p.successes + 1.0) / (p.uses + 2.0) AS share
ORDER BY share DESC, uses DESC, uid LIMIT $limit
