"""What the operations say that would bring a migrated schema to the models: a verdict for each. Compares nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from headway.autogenerate.described import differences
from headway.drift.verdict import DriftItem, Verdict, key_of
from headway.operations.base import MigrateOperation


def model_differences(
    operations: Iterable[MigrateOperation], render: Callable[[MigrateOperation], str]
) -> Iterator[DriftItem]:
    """A verdict for each of ``operations``, which autogenerate has found; ``render`` writes one as Python."""
    for found in differences(operations, "the migrated schema"):
        verdict = Verdict.NOT_MIGRATED if found.lacking else Verdict.NOT_MODELLED
        text = " ".join(render(found.operation).split())
        yield DriftItem(verdict, found.object, found.detail, text, key_of(verdict, found.object, text))
