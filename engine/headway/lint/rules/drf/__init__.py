"""Rules about models and migrations that say different things."""
