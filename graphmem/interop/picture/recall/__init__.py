"""A recall as a picture: the question, its cited context, and why these passages came up."""
