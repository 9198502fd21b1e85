"""Revisions as values: the graph, its symbols, and the route between two sets of heads. No files, no database."""
