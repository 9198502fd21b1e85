"""Rules about module hygiene."""
