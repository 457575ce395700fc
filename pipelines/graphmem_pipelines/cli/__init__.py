"""The commands `graphmem ingest` and `graphmem jobs`."""
