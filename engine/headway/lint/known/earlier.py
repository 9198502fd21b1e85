"""What the revisions below one have done already: the tables, keys and indexes that there have been before it."""

from __future__ import annotations

from headway.catalog.history import History
from headway.catalog.questions import Answers
from headway.catalog.shelf import Presence
from headway.effects import model as fx
from headway.lint.called import Called, called_first, earlier
from headway.lint.known.replays import Effects, Replays


class Earlier:
    """The answers for one history."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    def had_table(self, effect: fx.CreatesTable, revision: str) -> bool:
        """Whether every database of the history has had the table before ``revision``."""
        if self._replays.graph.problems or not isinstance(effect.table, str):
            return False
        return all(
            history.before(revision, [effect.table]).table(effect.table, effect.schema) is not None
            for history in self._replays.as_read
        )

    def had_index(self, effect: fx.CreatesIndex, revision: str) -> bool:
        """Whether every database of the history has had an index of that name on the table before ``revision``."""
        if self._replays.graph.problems or not isinstance(effect.name, str):
            return False
        return all(
            history.before(revision, [effect.table]).index(effect.name, effect.table, effect.schema) is not None
            for history in self._replays.as_read
        )

    def had_unique(self, effect: fx.AddsConstraint | fx.CreatesIndex, revision: str) -> bool:
        """Whether some of the columns were unique together before ``revision``, on every database of the history.

        What the revision has renamed is looked for under the name it had.
        """
        if self._replays.graph.problems:
            return False
        called = Called(effect.table, effect.schema, effect.columns)
        old = called_first(effect, called, self._replays.effects(revision))
        return any(
            all(
                history.before(revision, [old.table]).has_unique_among(old.columns, old.table, old.schema)
                for history in histories
            )
            for histories in self._for_what_is_dropped(effect, revision)
        )

    def had_foreign_key(self, effect: fx.AddsConstraint, revision: str) -> bool:
        """Whether every database of the history has had the foreign key before ``revision``, under whatever name.

        What the revision has renamed is looked for under the name it had.
        """
        if self._replays.graph.problems or effect.references is None or effect.referent is None:
            return False
        effects = self._replays.effects(revision)
        old = called_first(effect, Called(effect.table, effect.schema, effect.columns), effects)
        referent = called_first(effect, Called(effect.referent, effect.references.schema), effects)
        asked = self._for_what_is_dropped(effect, revision)
        if any(_drops_nameless(one, self._replays.effects) for one in self._replays.graph.ids[revision].down_revisions):
            asked.append(self._replays.with_nameless)
        return any(
            all(
                history.before(revision, [old.table]).has_foreign_key(
                    old.columns, referent.table, old.table, old.schema, referent.schema
                )
                for history in histories
            )
            for histories in asked
        )

    def points_elsewhere(self, effect: fx.AddsConstraint, revision: str) -> bool:
        """Whether, as it is told, a key of these columns has pointed to another table before ``revision``."""
        for history in self._replays.as_told:
            table = history.before(revision, [effect.table]).table(effect.table, effect.schema)
            columns = tuple(history.names.part(str(column)) for column in effect.columns)
            referent = history.names.part(str(effect.referent))
            for key in () if table is None else table.constraints:
                is_of_them = key.kind is fx.ConstraintKind.FOREIGN_KEY and key.columns == columns
                if is_of_them and isinstance(key.referent, tuple) and key.referent[1] != referent:
                    return True
        return False

    def is_repeated(self, effect: fx.Effect, revision: str) -> bool:
        """Whether ``effect`` runs only under a condition, and a revision before has done it, whatever that asked: what is
        made where it is missing, or dropped where it is there."""
        table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
        if not effect.conditional or self._replays.graph.problems or not isinstance(table, str):
            return False
        if effect.written_at is None and not self._is_named_before(table, revision):
            return False  # who made it would have named it; to be sure, half of a long history may have to be read
        if isinstance(effect, fx.CreatesTable):
            before: list[Answers | None] = [history.before(revision, [table]) for history in self._replays.as_told]
            return all(one is not None and one.table(table, schema) is not None for one in before)
        if isinstance(effect, fx.CreatesIndex) and not isinstance(effect.name, str):
            beside = (
                one
                for one in self._replays.effects(revision)
                if isinstance(one, fx.CreatesTable) and one.table == table
            )
            return any(one.span == effect.span and self.is_repeated(one, revision) for one in beside)
        if isinstance(effect, fx.CreatesIndex):
            own = [one for one in self._replays.effects(revision) if getattr(one, "table", table) == table]
            made = [one for one in own if isinstance(one, fx.CreatesTable)]
            drops = any(isinstance(one, fx.DropsIndex | fx.DropsConstraint | fx.DropsTable) for one in own)
            if made and not drops and made[0].order < effect.order and self.is_repeated(made[0], revision):
                # The table is not made here, so that it has the indexes that it had.
                return all(_is_done(effect, history.before(revision, [table])) for history in self._replays.as_told)
        if isinstance(effect, fx.AltersColumn):
            changes = fx.AltersColumn | fx.RenamesTable | fx.DropsColumn | fx.AddsColumn
            if any(
                isinstance(one, changes) and one.order < effect.order and one.table == table
                for one in self._replays.effects(revision)
            ):
                return False
            return all(_is_done(effect, history.before(revision, [table])) for history in self._replays.as_told)
        return all(
            one is not None and _is_done(effect, one)
            for one in (told.get(effect.order) for told in self._replays.before_as_told(revision))
        )

    def is_left_over(self, effect: fx.DropsTable, revision: str) -> bool:
        """Whether a table is dropped only where it is there, and no revision before names it: what a broken run of this one
        may have left."""
        if effect.if_exists is not True or not isinstance(effect.table, str):
            return False
        return not self._is_named_before(effect.table, revision)

    def _is_named_before(self, table: str, revision: str) -> bool:
        """Whether the text of a revision that may have run before this one has the name of the table."""
        others = self._replays.texts.naming(table.lower()) - {revision}
        return any(not self._replays.reach.is_below(revision, one) for one in others)

    def is_named_first(self, effect: fx.DropsConstraint, revision: str) -> bool:
        """Whether no revision before this one names the constraint that is dropped where it is there, and it is not one of those that
        MySQL names: ``orders_ibfk_1``, or as the first column. What PostgreSQL calls ``orders_email_key`` is not there."""
        if not isinstance(effect.name, str) or not effect.name.endswith(
            ("_key", "_key1", "_key2", "_fkey", "_pkey", "_check")
        ):
            return False
        others = self._replays.texts.naming(effect.name.lower()) - {revision}
        told = [one[effect.order] for one in self._replays.before_as_told(revision) if effect.order in one]
        if any(one.constraint(effect.name, effect.table, effect.schema) is not None for one in told):
            return False
        return not any(self._replays.reach.is_below(one, revision) for one in others)

    def _for_what_is_dropped(self, effect: fx.AddsConstraint | fx.CreatesIndex, revision: str) -> list[list[History]]:
        """The histories to ask what the table had: where the revision drops a key of it first, also as it is told."""
        drops = (
            one
            for one, called in earlier(effect, Called(effect.table, effect.schema), self._replays.effects(revision))
            if isinstance(one, fx.DropsConstraint | fx.DropsIndex) and called.is_table_of(one)
        )
        return [self._replays.as_read, self._replays.as_told] if any(drops) else [self._replays.as_read]


def _drops_nameless(revision: str, effects: Effects) -> bool:
    """Whether a revision drops foreign keys by the names that the database tells, and changes no rows."""
    own = effects(revision)
    if any(isinstance(one, fx.ChangesData) or (isinstance(one, fx.RunsSql) and not one.understood) for one in own):
        return False
    return any(isinstance(one, fx.DropsConstraint) and one.name is fx.UNKNOWN for one in own)


def _is_done(effect: fx.Effect, before: Answers) -> bool:
    match effect:
        case fx.CreatesIndex(name=str(name)):
            index = before.index(name, effect.table, effect.schema)
            return index is not None and index.unique == effect.unique
        case fx.AddsColumn(column=fx.Column(name=str(name))):
            return before.column(effect.table, name, effect.schema) is not None
        case fx.AltersColumn(new_type=fx.Type() as type_, new_name=None, nullable=None):
            column = before.column(effect.table, effect.column, effect.schema)
            return column is not None and column.type == type_ and not effect.changes_default
        case fx.DropsTable():
            return before.presence(effect.table, effect.schema) is Presence.ABSENT
        # Of a column nobody knows whether a revision has dropped it, or the history never had it.
    return False
