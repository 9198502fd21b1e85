"""Operations that hold others: the two halves of a migration and the changes of one table. Carry nothing out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from headway.operations.base import MigrateOperation


class OpContainer(MigrateOperation):
    """A list of operations."""

    def __init__(self, ops: Iterable[MigrateOperation] = ()) -> None:
        self.ops = list(ops)

    def is_empty(self) -> bool:
        """Whether nothing is in it, nor in what is in it."""
        return all(isinstance(op, OpContainer) and op.is_empty() for op in self.ops)

    def as_diffs(self) -> Any:
        """The differences as Alembic's tuples; those of one altered column stay together in a list."""
        return [diff for op in self.ops for diff in _diffs(op)]


class ModifyTableOps(OpContainer):
    """The changes of one table."""

    def __init__(self, table_name: str, ops: Iterable[MigrateOperation], *, schema: str | None = None) -> None:
        super().__init__(ops)
        self.table_name = table_name
        self.schema = schema

    def reverse(self) -> ModifyTableOps:
        """The changes that undo these, in reverse order."""
        return ModifyTableOps(self.table_name, [op.reverse() for op in reversed(self.ops)], schema=self.schema)


class UpgradeOps(OpContainer):
    """What ``upgrade()`` does."""

    def __init__(self, ops: Iterable[MigrateOperation] = (), upgrade_token: str = "upgrades") -> None:
        super().__init__(ops)
        self.upgrade_token = upgrade_token

    def reverse_into(self, downgrade_ops: DowngradeOps) -> DowngradeOps:
        """Fills ``downgrade_ops`` with what undoes this."""
        downgrade_ops.ops[:] = [op.reverse() for op in reversed(self.ops)]
        return downgrade_ops

    def reverse(self) -> DowngradeOps:
        """What undoes this."""
        return self.reverse_into(DowngradeOps())


class DowngradeOps(OpContainer):
    """What ``downgrade()`` does."""

    def __init__(self, ops: Iterable[MigrateOperation] = (), downgrade_token: str = "downgrades") -> None:
        super().__init__(ops)
        self.downgrade_token = downgrade_token

    def reverse(self) -> UpgradeOps:
        """What undoes this."""
        return UpgradeOps([op.reverse() for op in reversed(self.ops)])


class MigrationScript(MigrateOperation):
    """A revision file that is about to be written."""

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: UpgradeOps,
        downgrade_ops: DowngradeOps,
        *,
        message: str | None = None,
        imports: set[str] | None = None,
        head: Any = None,
        splice: bool | None = None,
        branch_label: Any = None,
        version_path: str | None = None,
        depends_on: Any = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports = set() if imports is None else imports
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = version_path
        self.depends_on = depends_on
        self._upgrade_ops = _as_list(upgrade_ops)
        self._downgrade_ops = _as_list(downgrade_ops)
        self._needs_render = False

    @property
    def upgrade_ops(self) -> UpgradeOps | None:
        """The single upgrade; raises ValueError when there are several, one for each database."""
        return cast(UpgradeOps | None, _single(self._upgrade_ops, "upgrade_ops"))

    @upgrade_ops.setter
    def upgrade_ops(self, ops: Any) -> None:
        self._upgrade_ops = _as_list(ops)

    @property
    def downgrade_ops(self) -> DowngradeOps | None:
        """The single downgrade; raises ValueError when there are several, one for each database."""
        return cast(DowngradeOps | None, _single(self._downgrade_ops, "downgrade_ops"))

    @downgrade_ops.setter
    def downgrade_ops(self, ops: Any) -> None:
        self._downgrade_ops = _as_list(ops)

    @property
    def upgrade_ops_list(self) -> list[Any]:
        """One upgrade for each database."""
        return self._upgrade_ops

    @property
    def downgrade_ops_list(self) -> list[Any]:
        """One downgrade for each database."""
        return self._downgrade_ops


def _diffs(op: MigrateOperation) -> Iterable[Any]:
    if isinstance(op, OpContainer):
        for inner in op.ops:
            yield from _diffs(inner)
    else:
        diff = op.to_diff_tuple()
        # An alter_column that changes nothing has no difference to show.
        if diff:
            yield diff


def _as_list(ops: Any) -> list[Any]:
    return list(ops) if isinstance(ops, Sequence) else [ops]


def _single(ops: list[Any], name: str) -> Any:
    if len(ops) > 1:
        raise ValueError(f"This MigrationScript instance has a multiple-entry list for {name}; use {name}_list")
    return ops[0] if ops else None
