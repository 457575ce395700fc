"""The MCP server: the same memory for hosts of models."""
