// The words of facts.
CREATE FULLTEXT INDEX graphmem_Proposition_text IF NOT EXISTS FOR (n:Proposition) ON EACH [n.text]
