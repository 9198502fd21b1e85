"""Connects the migrations to the database that a PasteDeploy configuration names. Runs whenever a command needs it."""

from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config, pool

config = context.config

if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)

# The settings of the application, from the same file; "use = egg:myapp" and what else Paste reads is left alone.
app_section = config.get_main_option("app_section", "app:main")
settings = config.get_section(app_section, {})

# Put the models' MetaData here, so that autogenerate and drift checks can compare:
#   from myapp.model import meta
#   target_metadata = meta.Base.metadata
target_metadata = None


def run_migrations_offline() -> None:
    """Writes SQL to standard output; needs a URL, no database."""
    context.configure(url=settings.get("sqlalchemy.url"), target_metadata=target_metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    """Migrates the application's database."""
    connectable = engine_from_config(settings, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            # SQLite cannot alter most of a table: there a batch makes it anew.
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
