"""DST011."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class DropConstraint(UpgradeRule):
    """Drops a constraint and puts none in its place.

    ## What
    A foreign key, CHECK, unique constraint or primary key is dropped, and the revision makes no other of its kind on the table. One that is
    made takes the place of one: of three foreign keys that go and two that come, the third counts.

    ## Why
    What it kept out can get in from then on, and the next constraint will fail on it.

    ## Bad
    ```python
    op.drop_constraint("ck_total", "orders", type_="check")
    ```

    ## Good
    ```python
    op.drop_constraint("ck_total", "orders", type_="check")
    op.create_check_constraint("ck_total", "orders", "total > 0", postgresql_not_valid=True)
    ```

    ## When to ignore
    The rule that it held is no rule any more.
    """

    code = "DST011"
    name = "drop-constraint"
    severity = Severity.WARNING
    handles = (fx.DropsConstraint,)

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        self._gone: dict[fx.Text, frozenset[int]] = {}
        yield from super().check_file(file, facts)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsConstraint)
        if (
            facts.is_new_table(effect, file)
            or effect.order in self._replaced(effect, file)
            or _was_a_step(effect, file)
            or (
                facts.is_mysql
                and effect.conditional
                and not facts.named_kinds()
                and facts.known.earlier.is_named_first(effect, file.revision)
            )
            or _goes_with_its_type(effect, file, facts)
        ):
            return
        yield self.finding(
            f"drops constraint {fx.shown(effect.name)} of {fx.shown(effect.table)}: what it kept out can get in",
            f'say why: # headway: ignore[{self.code}] reason="…"',
            effect.span,
            file.revision,
        )

    def _replaced(self, effect: fx.DropsConstraint, file: RevisionFile) -> frozenset[int]:
        """The places of those of the table's drops that count for nothing; worked out once for a table."""
        if effect.table not in self._gone:
            self._gone[effect.table] = _replaced_of(effect, file)
        return self._gone[effect.table]


def _was_a_step(effect: fx.DropsConstraint, file: RevisionFile) -> bool:
    """Whether the revision has made or validated it itself, as one does on the way to NOT NULL."""
    return any(
        isinstance(other, fx.AddsConstraint | fx.ValidatesConstraint)
        and other.order < effect.order
        and (other.table, other.name) == (effect.table, effect.name)
        for other in file.upgrade_effects
    )


def _goes_with_its_type(effect: fx.DropsConstraint, file: RevisionFile, facts: Facts) -> bool:
    """Whether it is the CHECK of a Boolean or an Enum, which goes when the column becomes something else."""
    if effect.kind not in (fx.ConstraintKind.CHECK, fx.ConstraintKind.UNKNOWN):
        return False
    for other in _of_its_table(effect, file):
        if isinstance(other, fx.AltersColumn) and other.order > effect.order and other.new_type is not None:
            old = facts.typed(other, file).existing_type
            was = "" if old is None else str(old.name).lower()
            is_named = isinstance(effect.name, str) and str(other.column).lower() in effect.name.lower()
            if (
                was in ("boolean", "enum")
                and str(other.new_type.name).lower() != was
                and (is_named or effect.name is fx.UNKNOWN)
            ):
                return True
    return False


def _replaced_of(first: fx.DropsConstraint, file: RevisionFile) -> frozenset[int]:
    """Which of the drops of a table, from ``first`` on, another is made in the place of, or whose table or column goes too."""
    of_table = list(_of_its_table(first, file))
    dropped = [other for other in of_table if isinstance(other, fx.DropsConstraint)]
    if any(isinstance(other, fx.DropsTable | fx.DropsColumn) for other in of_table):
        return frozenset(other.order for other in dropped)
    drops = [other for other in dropped if not _was_a_step(other, file)]
    last = {other.name: other.order for other in dropped}
    made = [
        other for other in of_table if isinstance(other, fx.AddsConstraint) and last.get(other.name, -1) < other.order
    ]
    replaced: set[int] = set()
    # One that is made takes the place of one that is dropped: first of that which it surely was, then of any. Of very many
    # only the names are compared.
    ways = (_is_called_alike, _names_its_columns, _may_be_of_its_kind)
    for fits in ways if len(drops) * len(made) < _MANY else ways[:1]:
        for drop in drops:
            new = next((one for one in made if drop.order not in replaced and fits(drop, one)), None)
            if new is not None:
                replaced.add(drop.order)
                made.remove(new)
    # Names of which one call takes the one or the other are several effects at one place.
    alternatives = {drop.span for drop in drops if drop.order in replaced and drop.conditional}
    return frozenset(replaced | {drop.order for drop in drops if drop.conditional and drop.span in alternatives})


_MANY = 40_000


def _of_its_table(effect: fx.DropsConstraint, file: RevisionFile) -> Iterator[fx.Effect]:
    """What the revision does to the table, under the names that it gives it later as well."""
    names = {effect.table}
    for other in file.upgrade_effects:
        if isinstance(other, fx.RenamesTable) and other.order > effect.order and other.table in names:
            names.add(other.new_name)
        if getattr(other, "table", None) in names:
            yield other


def _is_called_alike(drop: fx.DropsConstraint, made: fx.AddsConstraint) -> bool:
    return isinstance(drop.name, str) and drop.name == made.name


def _names_its_columns(drop: fx.DropsConstraint, made: fx.AddsConstraint) -> bool:
    """Whether the name says the columns of the new one, as the names of PostgreSQL and of conventions do."""
    name = str(drop.name).lower()
    told = [isinstance(column, str) and column.lower() in name for column in made.columns]
    return _may_be_of_its_kind(drop, made) and bool(told) and all(told)


def _may_be_of_its_kind(drop: fx.DropsConstraint, made: fx.AddsConstraint) -> bool:
    unknown = fx.ConstraintKind.UNKNOWN
    kind = drop.kind if drop.kind is not unknown else _kind_by_name(drop.name)
    return kind in (made.kind, unknown) or made.kind is unknown


def _kind_by_name(name: fx.MaybeText) -> fx.ConstraintKind:
    """The kind that PostgreSQL's own names end with. See
    https://www.postgresql.org/docs/current/sql-createtable.html"""
    ends = {
        "_pkey": fx.ConstraintKind.PRIMARY_KEY,
        "_fkey": fx.ConstraintKind.FOREIGN_KEY,
        "_check": fx.ConstraintKind.CHECK,
    }
    found = (kind for end, kind in ends.items() if isinstance(name, str) and name.endswith(end))
    return next(found, fx.ConstraintKind.UNKNOWN)
