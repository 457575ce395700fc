"""Durable batch jobs over the SDK's stages."""
