"""headway: database migrations for SQLAlchemy projects. Imports nothing; see ``headway.api`` for the verbs."""
