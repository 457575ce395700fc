// Leave what is new in the log when the file is closed: the file itself is shared.
CALL force_checkpoint_on_close=false
