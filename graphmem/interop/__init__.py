"""Ways in and out: JSON Lines."""
