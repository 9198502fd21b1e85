"""Runs migrations: the environment, the context, transactions, the version table, locks. Executes user code and SQL."""
