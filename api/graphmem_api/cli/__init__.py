"""The commands of the service, hung into the command line."""
