"""Facts from a parse: subject, predicate and object, as the sentence states them."""
