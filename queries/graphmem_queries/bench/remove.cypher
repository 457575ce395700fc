// Removes what a measurement left of a label. Fills: LABEL. Parameters: space.
MATCH (n:<LABEL>)
WHERE n.space = $space
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS
