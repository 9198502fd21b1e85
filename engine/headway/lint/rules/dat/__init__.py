"""Rules about changes that may fail on existing rows."""
