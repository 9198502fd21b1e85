"""Raw SQL text as effects, for each database that it can run on. Asks no database and executes nothing."""
