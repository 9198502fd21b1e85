"""Rules about the gate's own settings."""
