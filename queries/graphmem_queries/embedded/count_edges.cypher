// How many edges a kind has.
MATCH ()-[e:`<KIND>`]->() RETURN "<KIND>" AS name, count(e) AS n
