"""Plan, gate and apply: what would run, whether it may, and running exactly that."""
