// Open a transaction: all of what follows, or nothing.
BEGIN TRANSACTION
