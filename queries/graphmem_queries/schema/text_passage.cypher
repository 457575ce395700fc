// The words of passages, and the space, so that a search for words looks at no other's.
CREATE FULLTEXT INDEX graphmem_Passage_words IF NOT EXISTS
FOR (n:Passage) ON EACH [n.text, n.title, n.speaker, n.space]
