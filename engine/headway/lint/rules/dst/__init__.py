"""Rules about destructive changes."""
