// In how many passages does each word stand, up to a limit?
// Parameters: space, queries, limit. Columns: n, in the order of the queries.
UNWIND range(0, size($queries) - 1) AS place
CALL (place) {
  CALL db.index.fulltext.queryNodes('graphmem_Passage_words', $queries[place]) YIELD node
  WITH node WHERE node.space = $space
  WITH node LIMIT $limit
  RETURN count(node) AS n
}
RETURN n
ORDER BY place
