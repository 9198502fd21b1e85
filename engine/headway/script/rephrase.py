"""Errors about revision symbols in the words that Alembic's commands use for them; scripts match on these."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headway.errors import MultipleHeads, RangeNotAncestorError, ResolutionError, RevisionError
from headway.revision.resolve import Symbol

_SAME_BRANCH = "Requested range {start}:{end} does not refer to ancestor/descendant revisions along the same branch"


@contextmanager
def rephrased(
    *,
    start: Symbol = None,
    end: Symbol = None,
    ancestor: str = _SAME_BRANCH,
    multiple_heads: str | None = None,
) -> Iterator[None]:
    """Turns what resolving symbols raises into RevisionError with the text of a command.

    ``start`` and ``end`` are the symbols as they were asked for.
    """
    try:
        yield
    except RangeNotAncestorError as error:
        text = ancestor.format(start=start or error.lower or "base", end=end or error.upper or "base")
        raise RangeNotAncestorError(error.lower, error.upper, text) from error
    except MultipleHeads as error:
        if multiple_heads is None:
            argument = end if isinstance(end, str) else error.argument
            raise MultipleHeads(error.heads, argument) from error
        raise RevisionError(multiple_heads, hint=f"The heads are {', '.join(error.heads)}.") from error
    except ResolutionError as error:
        reason = ". ".join(filter(None, [error.message, error.hint]))
        raise ResolutionError(
            f"Can't locate revision identified by '{error.argument}'", error.argument, hint=reason
        ) from error
