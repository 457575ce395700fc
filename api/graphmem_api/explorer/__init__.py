"""The web explorer: built files and the route that serves them."""
