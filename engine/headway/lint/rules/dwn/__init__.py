"""Rules about downgrades."""
