"""How an operation on an index is written so that PostgreSQL keeps nobody waiting, for the rules that ask for it."""

from __future__ import annotations

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.fixes.rewriting import AUTOCOMMIT, call_of


def written_concurrently(effect: fx.Effect, file: RevisionFile, facts: Facts) -> str | None:
    """The operation with CONCURRENTLY, in a block without a transaction.

    None where it is no index of its own call, where the revision does more than that, which would then be permanent before
    all of it has run, and where the history runs on MySQL too, which has no IF EXISTS for an index.
    """
    if not isinstance(effect, fx.CreatesIndex | fx.DropsIndex) or facts.runs_on("mysql"):
        return None
    if not all(isinstance(other, fx.CreatesIndex | fx.DropsIndex | fx.Reads) for other in file.upgrade_effects):
        return None
    if isinstance(effect, fx.CreatesIndex) and facts.known.may_be_partitioned(effect):
        return None
    call = call_of(effect, file)
    guard = "if_not_exists" if isinstance(effect, fx.CreatesIndex) else "if_exists"
    written = None if call is None else call.with_keywords(postgresql_concurrently="True", **{guard: "True"})
    return None if written is None else written.inside(AUTOCOMMIT)
