"""What a migration context is asked for, as a value: read once from the keywords of ``context.configure()``.

Those that autogenerate asks for stay in the context's ``opts``, where add-ons look for them and put their own.
"""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from headway.revision.route import Step
from headway.runtime.listener import RunListener
from headway.runtime.witness import Witness
from headway.script.directory import RevisionDirectory

WITNESS, LISTENERS = "headway.witness", "headway.listeners"
"""Under which names an environment hands over what belongs to its run."""


class ContextOptions(NamedTuple):  # not a dataclass, which takes longer to make than most runs need it for
    """The options of a run on one database, or into one script."""

    script: RevisionDirectory | None
    as_sql: bool
    purge: bool
    dont_mutate: bool
    """Whether the version table is not even made."""
    starting_rev: str | None
    transactional_ddl: bool | None
    """What env.py says of the database; None leaves it to the implementation."""
    transaction_per_migration: bool
    version_table: str
    version_table_schema: str | None
    version_table_pk: bool
    output_buffer: Any
    on_version_apply: tuple[Callable[..., None], ...]
    choose_steps: Callable[[tuple[str, ...], Any], Iterable[Step]]
    """From the heads of the database and the context to the steps that run."""
    witness: Witness
    listeners: tuple[RunListener, ...]

    @classmethod
    def of(cls, opts: Mapping[str, Any]) -> ContextOptions:
        """The options among the keywords; what is missing is as Alembic has it."""
        callbacks = opts.get("on_version_apply") or ()
        return cls(
            script=opts.get("script"),
            as_sql=bool(opts.get("as_sql", False)),
            purge=bool(opts.get("purge", False)),
            dont_mutate=bool(opts.get("dont_mutate", False)),
            starting_rev=opts.get("starting_rev"),
            transactional_ddl=opts.get("transactional_ddl"),
            transaction_per_migration=bool(opts.get("transaction_per_migration", False)),
            version_table=str(opts.get("version_table", "alembic_version")),
            version_table_schema=opts.get("version_table_schema"),
            version_table_pk=bool(opts.get("version_table_pk", True)),
            output_buffer=_encoded(opts.get("output_buffer") or sys.stdout, opts.get("output_encoding")),
            on_version_apply=tuple(callbacks) if isinstance(callbacks, Iterable) else (callbacks,),
            choose_steps=opts.get("fn") or _no_steps,
            witness=opts.get(WITNESS) or Witness(),
            listeners=tuple(opts.get(LISTENERS, ())),
        )


def _encoded(stream: Any, encoding: str | None) -> Any:
    """The stream, or for one of bytes what writes texts into it in an encoding."""
    if not encoding or isinstance(stream, io.TextIOBase):
        return stream
    return codecs.getwriter(encoding)(stream)


def _no_steps(heads: tuple[str, ...], context: Any) -> Iterable[Step]:
    return ()
