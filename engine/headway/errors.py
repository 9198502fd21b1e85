"""Every error headway raises on purpose, as one tree; a program turns any of them into one line and an exit code.

::

    HeadwayError                         (alembic.util.CommandError is this class)
    ├── ConfigError                 2    the project cannot be read as configured
    │   ├── SameTableTwice          2    two of the models' MetaData have one table; also a ValueError
    │   ├── InvalidSetting          2    a setting has a value that none has; also a ValueError, as which scripts catch it
    │   └── ScriptError             2    a revision file or env.py cannot be read or run
    │       └── ComputedHeader      2    only running a file would tell its id or parent
    │       └── ConnectionRefused   2    user code opens a database connection that it may not have now
    ├── UsageError                  2    an argument or option makes no sense
    │   ├── InvalidValue            2    it has no such value; also a ValueError, as which scripts catch it
    │   ├── WrongType               2    it is of a kind that has no place there; also a TypeError
    │   ├── NotSupported            2    the database cannot do it; also a NotImplementedError
    │   └── UnknownColumn           2    the table has no such column; also a KeyError
    ├── RevisionError               2    a revision symbol or the revision graph is wrong
    │   ├── RangeNotAncestorError   2    the lower end of a range is not below the upper one
    │   ├── ResolutionError         2    a symbol names no revision, or several
    │   ├── MultipleHeads           1    one head was asked for, several exist
    │   └── GraphError              2    duplicate ids, missing parents, cycles: every problem of a history at once
    │       └── CycleDetected       2    a circle is among them
    │           ├── DependencyCycleDetected  2    one that depends_on closes
    │           ├── LoopDetected    2    a revision that names itself as its parent
    │           └── DependencyLoopDetected   2    a revision that depends on itself (both of the above)
    ├── CheckFailed                 1    a check said no
    │   ├── DriftDetected           1    models and schema differ
    │   ├── SquashDiffers           1    a squash does not do what it is to replace
    │   └── DatabaseNotAtHead       1    the database is behind
    ├── DatabaseFailure             3    the database refused or could not be reached
    │   ├── LockNotAcquired         3    another run holds the lock
    │   │   └── PooledConnection    3    a pooler gives the session away between transactions: no lock means anything there
    │   └── LockLost                3    this run held the lock and holds it no more
    ├── MigrationFailed             6    a migration raised, and nothing of the whole run remains
    ├── PartialFailure              4    a run stopped half-way and something of it remains
    └── GateRefused                 5    wrong digest, missing approval, wrong target

Anything else that escapes is a bug in headway (exit code 70).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from headway.printable import one_line


class HeadwayError(Exception):
    """What the user can mend: what failed, where, and the next step.

    ``message`` is one sentence without a trailing remedy; ``hint`` says what to do next; ``path`` and ``line``
    (1-based) name the place in the user's own files, when there is one.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, hint: str | None = None, path: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line

    def __str__(self) -> str:
        return self.message

    def one_line(self) -> str:
        """The whole error as one line: ``path:line: message. hint``, the path as :func:`shown_path` gives it."""
        text = f"{place(self.path, self.line)}{self.message}"
        if self.hint:
            text = f"{text.rstrip('.')}. {self.hint}"
        return one_line(" ".join(text.split()))


def place(path: str | None, line: int | None = None) -> str:
    """``path:line: ``, ``path: ``, or nothing: how a message begins that is about a place in a file."""
    if path is None:
        return ""
    return f"{shown_path(path)}:{line}: " if line else f"{shown_path(path)}: "


def shown_path(path: str) -> str:
    """A path as people read it: relative to the working directory where it lies below it."""
    if not os.path.isabs(path):
        return path
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


class ConfigError(HeadwayError):
    """The project cannot be read as it is configured."""


class SameTableTwice(ConfigError, ValueError):
    """Two of the models' MetaData have one and the same table; also a ValueError, as which scripts catch it."""


class InvalidSetting(ConfigError, ValueError):
    """A setting has a value that it cannot have."""


class ScriptError(ConfigError):
    """A revision file or env.py cannot be read or run."""


class ConnectionRefused(ScriptError):
    """User code opens a connection to a database that it may not reach while this command looks on."""


class ComputedHeader(ScriptError):
    """A revision's id or parent is computed, and nothing may run the file to learn it."""

    def __init__(self, name: str, path: str, line: int) -> None:
        super().__init__(
            f"'{name}' is computed, so that only running the file would tell it",
            path=path,
            line=line,
            hint=f"Write {name} as a plain text, None, or a tuple of texts.",
        )


def not_python(error: SyntaxError, path: str | None) -> ScriptError:
    """The error for a file that Python cannot compile."""
    return ScriptError(
        f"this is not valid Python: {error.msg}", path=path or error.filename, line=error.lineno, hint="Mend this line."
    )


def not_readable_as_python(error: Exception, path: str | None) -> ScriptError:
    """The error for a file that Python's parser gives up on without naming a line: NUL, or nested too deeply."""
    why = "it is nested too deeply" if isinstance(error, RecursionError | MemoryError) else str(error)
    return ScriptError(f"this file is not Python: {why}", path=path, hint="Write it in simpler parts.")


class UsageError(HeadwayError):
    """An argument or option makes no sense."""


class InvalidValue(UsageError, ValueError):
    """An argument has a value that it cannot have, such as the name of a constraint that does not exist."""


class WrongType(UsageError, TypeError):
    """An argument is of a kind that has no place there, such as parameters for a script."""


class NotSupported(UsageError, NotImplementedError):
    """The database or the mode cannot do what was asked for."""


class UnknownColumn(UsageError, KeyError):
    """A table has no column of the name that was given."""


class RevisionError(HeadwayError):
    """A revision symbol or the revision graph is wrong."""


class RangeNotAncestorError(RevisionError):
    """The lower end of a range is not an ancestor of the upper end."""

    def __init__(self, lower: object, upper: object, message: str | None = None) -> None:
        self.lower = lower
        self.upper = upper
        super().__init__(message or f"Revision {lower or 'base'} is not an ancestor of revision {upper or 'base'}")


class ResolutionError(RevisionError):
    """A symbol names no revision, or more than one."""

    def __init__(self, message: str, argument: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.argument = argument


class MultipleHeads(RevisionError):
    """One head was asked for and several exist."""

    exit_code = 1

    def __init__(self, heads: Sequence[str], argument: str | None) -> None:
        self.heads = tuple(heads)
        self.argument = argument
        super().__init__(
            f"Multiple head revisions are present for given argument '{argument}'; please specify a specific "
            "target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads"
        )


class GraphError(RevisionError):
    """The revision graph is broken; ``problems`` holds one sentence for each fault of the whole history."""

    def __init__(self, problems: Sequence[str], *, hint: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems), hint=hint)


class CycleDetected(GraphError):
    """Revisions that follow each other in a circle; ``revisions`` are their ids."""

    kind = "Cycle"

    def __init__(
        self, revisions: Sequence[str], problems: Sequence[str] | None = None, *, hint: str | None = None
    ) -> None:
        self.revisions = tuple(revisions)
        found = f"{self.kind} is detected in revisions ({', '.join(self.revisions)})"
        super().__init__([found] if problems is None else problems, hint=hint)


class DependencyCycleDetected(CycleDetected):
    """A circle that ``depends_on`` closes."""

    kind = "Dependency cycle"


class LoopDetected(CycleDetected):
    """A revision that names itself as its parent."""

    kind = "Self-loop"

    def __init__(
        self, revision: Sequence[str], problems: Sequence[str] | None = None, *, hint: str | None = None
    ) -> None:
        super().__init__([revision] if isinstance(revision, str) else revision, problems, hint=hint)


class DependencyLoopDetected(DependencyCycleDetected, LoopDetected):
    """A revision that depends on itself."""

    kind = "Dependency self-loop"


class CheckFailed(HeadwayError):
    """A check said no."""

    exit_code = 1


class SquashDiffers(CheckFailed):
    """A squash does not do what the revisions do that it is to replace; ``differences`` are lines for people."""

    def __init__(self, message: str, *, differences: Sequence[str], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.differences = tuple(differences)


class DriftDetected(CheckFailed):
    """Models and schema differ; ``diffs`` are the differences as Alembic's tuples."""

    def __init__(self, message: str, *, revision_context: object = None, diffs: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.revision_context = revision_context
        self.diffs = list(diffs)


class DatabaseNotAtHead(CheckFailed):
    """The database is not on all head revisions."""


class DatabaseFailure(HeadwayError):
    """The database refused, or could not be reached."""

    exit_code = 3


class MigrationFailed(HeadwayError):
    """A migration raised, and nothing of the whole run remains in the database."""

    exit_code = 6


class LockNotAcquired(DatabaseFailure):
    """Another run holds the lock on this database."""


class LockLost(DatabaseFailure):
    """The lock of this run went with its session, or somebody took it away: another run may be at work."""


class PooledConnection(LockNotAcquired):
    """The connection leads through a pooler that gives the server's session away after each transaction."""


class PartialFailure(DatabaseFailure):
    """A run stopped half-way and something of it remains.

    ``applied`` are the revision ids that are in the database, ``failed`` the one that stopped the run, ``statements``
    what of that one has taken effect all the same, in short.
    """

    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        applied: Sequence[str],
        failed: str | None,
        statements: Sequence[str] = (),
        hint: str | None = None,
        path: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint, path=path, line=line)
        self.applied = tuple(applied)
        self.failed = failed
        self.statements = tuple(statements)


class GateRefused(HeadwayError):
    """The plan may not be applied: wrong digest, missing approval or wrong target."""

    exit_code = 5
