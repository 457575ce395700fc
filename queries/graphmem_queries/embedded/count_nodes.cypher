// How many nodes a label has.
MATCH (n:`<LABEL>`) RETURN "<LABEL>" AS name, count(n) AS n
