"""What is at a path → contents that a memory can take, one format a module."""
