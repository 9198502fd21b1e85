"""Comparison, one file for each kind of object: pair what both sides have, tell the difference, emit operations."""
