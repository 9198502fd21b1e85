"""Rules about locks and rewrites."""
