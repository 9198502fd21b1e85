"""Rules about the revision graph."""
