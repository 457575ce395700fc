// Wait until every index can be used. Parameters: timeout_s.
CALL db.awaitIndexes($timeout_s)
