// End it.
COMMIT
