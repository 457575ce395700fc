"""Kill jobs again and again, and see that they end as if nobody had."""
