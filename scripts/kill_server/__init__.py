"""Kill the server again and again, and see that whatever it acknowledged is there once."""
