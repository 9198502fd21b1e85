# The database of this project's migrations and their log. What belongs to the code is in pyproject.toml.

[alembic]

# A percent sign in the URL must be doubled. Better keep it out of this file and set it in env.py.
sqlalchemy.url = driver://user:pass@localhost/dbname

${logging}