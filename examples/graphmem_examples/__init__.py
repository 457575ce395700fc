"""Texts to try graphmem on: five articles, a conversation over nine months, questions.

Data only: `importlib.resources.files("graphmem_examples")` is the way in. All people, places
and firms in them are invented.
"""
