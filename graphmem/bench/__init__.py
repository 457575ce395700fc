"""What this build is worth: quality against flat retrieval, and speed."""
