"""Begins a rehearsal where the history begins: ``scratch.start`` of the policy, before the first revision runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from headway.api.project import Project
from headway.compat.hook import serving_alembic
from headway.errors import ConfigError, HeadwayError
from headway.files import read_small
from headway.pattern import pattern
from headway.revision.route import present
from headway.runtime.connecting import trusted
from headway.runtime.runner import call_function
from headway.runtime.target import sync_url
from headway.scratch.start import FROM_MODELS, run_sql_file, stands_at
from headway.valueclass import valueclass

_FUNCTION = pattern(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


@valueclass(frozen=True, slots=True)
class Start:
    """What fills the database, and the revisions that it stands at then."""

    fill: Callable[[URL], None] | None = None
    revisions: tuple[str, ...] = ()


def start_of(project: Project) -> Start | None:
    """What the policy's ``scratch.start`` names: a file of SQL, ``module:function``, or a revision to begin after.

    None when it names nothing. Raises ConfigError for what is none of them, or names a revision that is not there.
    """
    wanted = project.policy.start
    if wanted is None:
        return None
    path = start_file(project)
    if path is not None:
        sql = read_small(path).decode("utf-8", errors="replace")
        shown = project.shown(path)
        return Start(lambda url: run_sql_file(url, sql, shown), _known(project, stands_at(sql), shown))
    if _FUNCTION.fullmatch(wanted):
        return Start(lambda url: _call(project, wanted, url))
    if wanted in {*project.scripts.history.ids, *project.scripts.history.end_of}:
        return Start(revisions=present(project.scripts.history, (wanted,)))
    raise ConfigError(
        f"scratch.start is '{wanted}', which is no file, no module:function and no revision of this history",
        path=None if project.policy.path is None else project.shown(project.policy.path),
        hint="Write such a file from a database with 'headway baseline --url env:DATABASE_URL -o schema.sql'.",
    )


def starts_from_models(project: Project) -> bool:
    """Whether scratch databases begin with what the models made, so that only what has come since can differ from them."""
    path = start_file(project)
    return path is not None and FROM_MODELS in read_small(path).decode("utf-8", errors="replace")


def start_file(project: Project) -> str | None:
    """The file that the policy's ``scratch.start`` names; None when it names none."""
    base = os.path.dirname(project.policy.path) if project.policy.path else project.home
    path = os.path.join(base, project.policy.start or "")
    return path if project.policy.start is not None and os.path.isfile(path) else None


def _known(project: Project, revisions: Iterable[str], shown: str) -> tuple[str, ...]:
    history = project.scripts.history
    for revision in revisions:
        if revision not in history.ids and revision not in history.end_of:
            raise ConfigError(
                f"the file says that it stands at '{revision}', which is no revision of this history",
                path=shown,
                hint="Take the dump again from a database that this history made, or bring the revision's file back.",
            )
    return present(history, revisions)


def _call(project: Project, name: str, url: URL) -> None:
    """Gives a function of the project a connection to the scratch database."""
    module, _, function = name.partition(":")
    engine = create_engine(sync_url(url), poolclass=NullPool)
    try:
        with trusted():
            connection = engine.connect()
        # Its own connections are led to the scratch databases, as those of env.py are.
        with serving_alembic(), connection, connection.begin():
            call_function(project.config, module, function, connection)
    except HeadwayError:
        raise
    except Exception as error:  # whatever the project's code raises is its answer
        raise ConfigError(
            f"scratch.start: {name} raised {type(error).__name__}: {error}",
            hint="It is given a connection to an empty database, and makes in it what the first revision finds.",
            path=None if project.policy.path is None else project.shown(project.policy.path),
        ) from error
