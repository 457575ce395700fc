"""The service: REST, MCP and the explorer."""
