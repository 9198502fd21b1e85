"""Rules about the design of tables."""
