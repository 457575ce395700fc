// Rows that were given as values.
UNWIND $rows AS row WITH <VALUES>
