// question: Which facts held at some time within a period?
// param since: datetime — its beginning
// param until: datetime — its end
// param limit: integer = 20 — rows at most
// columns: uid, text, status, valid_from, valid_to
// portable: yes
MATCH (p:Proposition {space: $space})
WHERE p.uid >= '' AND p.valid_from IS NOT NULL AND p.valid_from < $until
  AND (p.valid_to IS NULL OR p.valid_to > $since)
RETURN p.uid AS uid, p.text AS text, p.status AS status, p.valid_from AS valid_from,
  p.valid_to AS valid_to
ORDER BY valid_from, uid LIMIT $limit
