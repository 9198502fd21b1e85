"""What is known of columns, indexes and constraints just before an effect of a revision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from headway.catalog.questions import Answers
from headway.catalog.schema import Column, Constraint, Index, Key
from headway.effects import model as fx
from headway.lint.known.replays import Replays


class Before:
    """The answers for one history."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    def column_nullable(self, effect: fx.AltersColumn, revision: str) -> fx.Flag:
        """Whether the column takes NULL before ``effect``; UNKNOWN where databases differ or nothing tells."""
        return self._agreed(effect, revision, lambda a: a.column_nullable(effect.table, effect.column, effect.schema))

    def is_not_null(self, effect: fx.AltersColumn, revision: str) -> bool:
        """Whether the column takes no NULL before ``effect``: certainly, or as the revision left it that spoke of it last."""
        certain = self.column_nullable(effect, revision)
        if certain is not fx.UNKNOWN or not effect.conditional:
            return certain is False
        told = {
            one[effect.order].column_nullable(effect.table, effect.column, effect.schema)
            for one in self._replays.before_as_told(revision)
            if effect.order in one
        }
        return told == {False}

    def column_has_default(self, effect: fx.AltersColumn | fx.DropsColumn, revision: str) -> fx.Flag:
        """Whether the database fills the column by itself; UNKNOWN where databases differ or nothing tells."""
        return self._agreed(
            effect, revision, lambda a: a.column_has_default(effect.table, effect.column, effect.schema)
        )

    def column(self, effect: fx.AltersColumn, revision: str) -> Column | None:
        """The column as it was before ``effect``; None where databases differ or the history does not tell.

        Where it is not certain, it is as the revision has left it that spoke of it last, whatever that asked before.
        """
        return next(self._columns(effect, revision), None)

    def _columns(self, effect: fx.AltersColumn, revision: str) -> Iterator[Column]:
        """What is certain of the column first, and then what is told of it."""
        for before in (self._replays.before, self._replays.before_as_told):
            found = {
                one[effect.order].column(effect.table, effect.column, effect.schema)
                for one in before(revision)
                if effect.order in one
            }
            column = found.pop() if len(found) == 1 else None
            if column is not None:
                yield column

    def is_computed(self, effect: fx.DropsColumn, revision: str) -> bool:
        """Whether the database works the column out from others on every database of the history."""
        found = [one[effect.order] for one in self._replays.before(revision) if effect.order in one]
        columns = [one.column(effect.table, effect.column, effect.schema) for one in found]
        return bool(columns) and all(one is not None and isinstance(one.computed, str) for one in columns)

    def is_key(self, effect: fx.AltersColumn, revision: str) -> bool:
        """Whether the column is of its table's primary key, as far as the history tells: such a column takes no NULL."""
        for one in self._replays.before(revision):
            table = one[effect.order].table(effect.table, effect.schema) if effect.order in one else None
            keys = [key for key in table.constraints if key.kind is fx.ConstraintKind.PRIMARY_KEY] if table else []
            if any(_has(key.columns, effect.column) for key in keys):
                return True
        return False

    def index(self, effect: fx.DropsIndex, revision: str) -> Index | None:
        """The index that ``effect`` drops; None where databases differ or the history does not tell."""
        found = {
            one[effect.order].index(effect.name, effect.table, effect.schema)
            for one in self._replays.before(revision)
            if effect.order in one and effect.name is not None and effect.table is not None
        }
        return found.pop() if len(found) == 1 else None

    def constraint(self, effect: fx.DropsConstraint, revision: str) -> Constraint | None:
        """The constraint that ``effect`` drops; None where databases differ or the history does not tell."""
        found = {
            one[effect.order].constraint(effect.name, effect.table, effect.schema)
            for one in self._replays.before(revision)
            if effect.order in one and effect.name is not None
        }
        return found.pop() if len(found) == 1 else None

    def typed(self, effect: fx.AltersColumn, revision: str) -> fx.AltersColumn:
        """The effect with the type that the column has had: what the revision says, or else what the history tells.

        Where a guard leaves two of them possible, it is the one that was given last. What the revision says and nobody can
        read, such as ``existing_type=found["type"]``, counts for nothing.
        """
        if effect.existing_type is not None and isinstance(effect.existing_type.name, str):
            return effect
        types = (column.type for column in self._columns(effect, revision))
        type_ = next((one for one in types if isinstance(one, fx.Type) and isinstance(one.name, str)), None)
        return replace(effect, existing_type=type_)

    def with_charset(self, effect: fx.AltersColumn, revision: str) -> fx.AltersColumn:
        """The effect with the character set that its table was made with, where the history tells it and
        has converted none before."""
        if self._replays.graph.problems or any(
            not self._replays.reach.is_below(revision, one) for one in self._replays.texts.converting
        ):
            return effect  # it may have run before
        found: set[fx.MaybeText] = set()
        for one in self._replays.before_as_told(revision):
            table = one[effect.order].table(effect.table, effect.schema) if effect.order in one else None
            made_by = None if table is None else table.made_by
            made = () if made_by is None else self._replays.effects(made_by)
            tables = [other for other in made if isinstance(other, fx.CreatesTable) and other.table == effect.table]
            found |= {other.charset for other in tables} or {None}
        charset = found.pop() if len(found) == 1 else None
        return replace(effect, charset=charset) if isinstance(charset, str) else effect

    def takes_default(self, effect: fx.AltersColumn, revision: str) -> bool:
        """Whether ``effect`` takes a default away from a column that has one, or may have one.

        MODIFY says a column whole, so that it takes one away by saying nothing of it; there it counts only where it is
        known that there was one.
        """
        if not effect.drops_default:
            return False
        had = self.column_has_default(effect, revision)
        return had is not False and not (had is fx.UNKNOWN and effect.raw and effect.new_type is not None)

    def proves_not_null(self, effect: fx.AltersColumn, revision: str) -> fx.Flag:
        """Whether a validated CHECK proves that the column holds no NULL.

        True also where a constraint has been validated in this revision whose condition nobody knows: who validates
        one just before SET NOT NULL has done what every manual recommends.
        """
        proved = self._agreed(
            effect, revision, lambda a: a.validated_not_null_check(effect.table, effect.column, effect.schema)
        )
        if proved is not fx.UNKNOWN:
            return proved
        validated = (
            other
            for other in self._replays.effects(revision)
            if isinstance(other, fx.ValidatesConstraint) and other.table == effect.table and other.order < effect.order
        )
        return True if any(validated) else fx.UNKNOWN

    def points_to(self, effect: fx.DropsTable | fx.DropsColumn, revision: str) -> list[Key]:
        """The tables that the foreign keys point to which go with a table or column, as far as the history tells.

        Not those that new revisions have made.
        """
        found: dict[Key, None] = {}
        for place, history in enumerate(() if self._replays.graph.problems else self._replays.as_read):
            answers = self._replays.before(revision)[place].get(effect.order)
            names = set() if answers is None else {one[1] for one in _referents(effect, answers)}
            if not names:
                continue
            # What has become of those tables stands in revisions that nothing else asks for.
            asked = next(ask() for other, ask in history.walk(revision, names) if other.order == effect.order)
            for schema, name in _referents(effect, asked):
                if asked.is_new_table(name, schema or None, new={*self._replays.new, revision}) is not True:
                    found[schema, name] = None
        return list(found)

    def _agreed(self, effect: fx.Effect, revision: str, ask: Callable[[Answers], fx.Flag]) -> fx.Flag:
        answers = {ask(one[effect.order]) for one in self._replays.before(revision) if effect.order in one}
        return answers.pop() if len(answers) == 1 else fx.UNKNOWN


def _referents(effect: fx.DropsTable | fx.DropsColumn, answers: Answers) -> Iterator[Key]:
    """What the keys of the table, or of the column, point to beside the table itself."""
    table = answers.table(effect.table, effect.schema)
    for one in () if table is None else table.constraints:
        own = isinstance(effect, fx.DropsTable) or _has(one.columns, effect.column)
        if table is not None and isinstance(one.referent, tuple) and own and one.referent != (table.schema, table.name):
            yield one.referent


def _has(columns: tuple[fx.Text, ...] | fx.Unknown, column: fx.Text) -> bool:
    """Whether a key is surely of this column."""
    return isinstance(columns, tuple) and str(column).lower() in [str(one).lower() for one in columns]
