// The words of passages.
CREATE FULLTEXT INDEX graphmem_Passage_text IF NOT EXISTS
FOR (n:Passage) ON EACH [n.text, n.title, n.speaker]
