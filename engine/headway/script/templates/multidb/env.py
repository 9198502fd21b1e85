"""Connects the migrations to several databases and to the models of each. Runs whenever a command needs either."""

import logging
import re
from logging.config import fileConfig

from alembic import context
from sqlalchemy import MetaData, engine_from_config, pool

# All databases commit together, in two phases, where they can.
USE_TWOPHASE = False

config = context.config

if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)
logger = logging.getLogger("alembic.env")

# The databases, as the configuration lists them; each has a section of its own.
db_names = re.split(r",\s*", config.get_main_option("databases", ""))

# Put the models' MetaData of each database here, so that autogenerate can compare:
#   from myapp.models import Model1, Model2
#   target_metadata = {"engine1": Model1.metadata, "engine2": Model2.metadata}
target_metadata: dict[str, MetaData] = {}


def run_migrations_offline() -> None:
    """Writes one SQL file for each database; needs URLs, no database."""
    for name in db_names:
        file_ = f"{name}.sql"
        logger.info("Migrating database %s, writing to %s", name, file_)
        with open(file_, "w") as buffer:
            context.configure(
                url=context.config.get_section_option(name, "sqlalchemy.url"),
                output_buffer=buffer,
                target_metadata=target_metadata.get(name),
                literal_binds=True,
                dialect_opts={"paramstyle": "named"},
            )
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def run_migrations_online() -> None:
    """Migrates every database, and commits them all when all have got through."""
    engines = {
        name: engine_from_config(context.config.get_section(name, {}), prefix="sqlalchemy.", poolclass=pool.NullPool)
        for name in db_names
    }
    connections = {name: engine.connect() for name, engine in engines.items()}
    transactions = {
        name: connection.begin_twophase() if USE_TWOPHASE else connection.begin()
        for name, connection in connections.items()
    }
    try:
        for name, connection in connections.items():
            logger.info("Migrating database %s", name)
            context.configure(
                connection=connection,
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                target_metadata=target_metadata.get(name),
                # SQLite cannot alter most of a table: there a batch makes it anew.
                render_as_batch=connection.dialect.name == "sqlite",
            )
            context.run_migrations(engine_name=name)
        if USE_TWOPHASE:
            for transaction in transactions.values():
                transaction.prepare()
        for transaction in transactions.values():
            transaction.commit()
    except BaseException:
        for transaction in transactions.values():
            transaction.rollback()
        raise
    finally:
        for connection in connections.values():
            connection.close()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
