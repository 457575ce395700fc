"""What batch jobs are worth beside the bare work that they cannot do without."""
