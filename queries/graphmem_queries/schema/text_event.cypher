// The words of events.
CREATE FULLTEXT INDEX graphmem_Event_text IF NOT EXISTS FOR (n:Event) ON EACH [n.text]
