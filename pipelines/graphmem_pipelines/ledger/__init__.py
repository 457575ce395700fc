"""What is kept of jobs: which there are, and how far each of their items has come."""
