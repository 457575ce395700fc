// The index of the words of passages that did not know their space.
DROP INDEX graphmem_Passage_text IF EXISTS
