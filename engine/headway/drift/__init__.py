"""Where models, migrations and databases say different things: verdicts as values. Opens no database, prints nothing."""
