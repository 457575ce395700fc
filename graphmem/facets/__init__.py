"""What `Memory` can do, one file a side of it: each is a class that `Memory` inherits."""
