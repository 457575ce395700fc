// question: Which events happened within a period?
// param since: datetime — its beginning
// param until: datetime — its end
// param limit: integer = 20 — rows at most
// columns: uid, text, happened_from, happened_to
// portable: yes
MATCH (v:Event {space: $space})
WHERE v.uid >= '' AND v.happened_from < $until AND coalesce(v.happened_to, v.happened_from) >= $since
RETURN v.uid AS uid, v.text AS text, v.happened_from AS happened_from,
  v.happened_to AS happened_to
ORDER BY happened_from, uid LIMIT $limit
