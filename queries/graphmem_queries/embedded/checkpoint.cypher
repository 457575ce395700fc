// Put what is in the log into the file.
CHECKPOINT
