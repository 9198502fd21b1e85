"""Scratch databases: empty ones that histories are replayed on and thrown away with."""
