"""What is known of a table just before an effect of a revision, asked by rules. Reads only the files that an answer needs.

Two histories are asked: the revisions that no database has yet tell which tables are new, and only where that is not
enough the whole history tells what a column is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from headway.catalog.history import History
from headway.catalog.names import Names
from headway.catalog.questions import Answers
from headway.catalog.replay import Replay
from headway.catalog.schema import Column, Constraint, Index, Key
from headway.catalog.shelf import Presence
from headway.catalog.texts import Texts
from headway.effects import model as fx
from headway.effects.keys import foreign_keys
from headway.lint.called import Called, called_after, called_first, earlier
from headway.revision.graph import RevisionGraph
from headway.revision.reach import Reach

Effects = Callable[[str], Sequence[fx.Effect]]


class Known:
    """The answers for one history; what it has worked out it keeps."""

    def __init__(
        self,
        graph: RevisionGraph,
        effects: Effects,
        source: Callable[[str], bytes],
        databases: frozenset[str],
        new: frozenset[str],
    ) -> None:
        self._graph = graph
        self._effects = effects
        self._new = new
        self._names = [Names(database) for database in sorted(databases)] or [Names(None)]
        reach, texts = Reach(graph), Texts(graph.ids, source)
        self._reach, self._texts = reach, texts
        self._histories = [History(reach, texts, effects, names) for names in self._names]
        self._told = [History(reach, texts, lambda one: told(effects(one)), names) for names in self._names]
        self._with_nameless = [
            History(reach, texts, lambda one: _without_nameless(effects(one)), names) for names in self._names
        ]
        """As it is told, with the keys that were dropped by names that the database was asked for: the next revision puts
        them back."""
        self._unconditional = [
            History(reach, texts, lambda one: unconditional(effects(one)), names) for names in self._names
        ]
        self._recent: dict[str, list[dict[int, Answers]]] = {}
        self._new_tables: dict[str, list[dict[_Place, bool]]] = {}
        """Of each revision whether the tables of its effects are new, one for each database."""
        self._whole: dict[str, list[dict[int, Answers]]] = {}
        self._as_told: dict[str, list[dict[int, Answers]]] = {}
        """The same where everything has happened that the history speaks of, and nothing else."""

    def parents_first(self, revisions: Iterable[str]) -> list[str]:
        """These revisions of a history without faults, each behind its ancestors."""
        return self._reach.parents_first(revisions)

    def is_new_table(self, effect: fx.Effect, revision: str) -> bool:
        """Whether a revision that no database has yet made the table of ``effect``, on every database of the history."""
        return self._is_new(
            (effect.order, getattr(effect, "table", fx.UNKNOWN), getattr(effect, "schema", None)), revision
        )

    def is_new_referent(self, effect: fx.Effect, key: fx.ForeignKey, revision: str) -> bool:
        """Whether such a revision made the table that a foreign key of ``effect`` points to."""
        return self._is_new((effect.order, key.table, key.schema), revision)

    def _is_new(self, place: _Place, revision: str) -> bool:
        if revision not in self._new_tables:
            self._look_along(revision)
        return all(one.get(place, False) for one in self._new_tables[revision])

    def may_be_partitioned(self, effect: fx.Effect) -> bool:
        """Whether a revision that names the table of ``effect`` speaks of partitions: of such a table PostgreSQL builds no
        index concurrently."""
        table = getattr(effect, "table", None)
        if not isinstance(table, str):
            return True
        return bool(self._texts.naming(table.lower()) & self._texts.partitioning)

    def goes_forward_only(self) -> bool:
        """Whether the history is long enough to tell, and hardly any of its revisions has a ``downgrade()``, in a short one none."""
        count = len(self._graph.ids)
        return count >= _TELLING and len(self._texts.taking_back) * (20 if count >= _LONG else count + 1) <= count

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
            for one in self._before_as_told(revision)
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
        for before in (self._before, self._before_as_told):
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
        found = [one[effect.order] for one in self._before(revision) if effect.order in one]
        columns = [one.column(effect.table, effect.column, effect.schema) for one in found]
        return bool(columns) and all(one is not None and isinstance(one.computed, str) for one in columns)

    def is_key(self, effect: fx.AltersColumn, revision: str) -> bool:
        """Whether the column is of its table's primary key, as far as the history tells: such a column takes no NULL."""
        for one in self._before(revision):
            table = one[effect.order].table(effect.table, effect.schema) if effect.order in one else None
            keys = [key for key in table.constraints if key.kind is fx.ConstraintKind.PRIMARY_KEY] if table else []
            if any(_has(key.columns, effect.column) for key in keys):
                return True
        return False

    def index(self, effect: fx.DropsIndex, revision: str) -> Index | None:
        """The index that ``effect`` drops; None where databases differ or the history does not tell."""
        found = {
            one[effect.order].index(effect.name, effect.table, effect.schema)
            for one in self._before(revision)
            if effect.order in one and effect.name is not None and effect.table is not None
        }
        return found.pop() if len(found) == 1 else None

    def constraint(self, effect: fx.DropsConstraint, revision: str) -> Constraint | None:
        """The constraint that ``effect`` drops; None where databases differ or the history does not tell."""
        found = {
            one[effect.order].constraint(effect.name, effect.table, effect.schema)
            for one in self._before(revision)
            if effect.order in one and effect.name is not None
        }
        return found.pop() if len(found) == 1 else None

    def going_back(
        self, down: Sequence[fx.Effect], revision: str, *, as_told: bool = False
    ) -> list[tuple[str | None, Iterator[tuple[fx.Effect, Callable[[], Answers]]]]]:
        """For each database of the history what is known before each effect of ``down``, what ``downgrade()`` does, when
        ``upgrade()`` has run; with ``as_told`` as if every condition had held. Nothing where the graph is broken."""
        if self._graph.problems:
            return []
        return [
            (names.database, history.walk_back(revision, unconditional(down) if as_told else down))
            for names, history in zip(self._names, self._unconditional if as_told else self._histories, strict=True)
        ]

    def going(self, revision: str) -> list[tuple[str | None, Iterator[tuple[fx.Effect, Callable[[], Answers]]]]]:
        """The same of what ``upgrade()`` does."""
        if self._graph.problems:
            return []
        return [
            (names.database, history.walk(revision))
            for names, history in zip(self._names, self._histories, strict=True)
        ]

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
        if self._graph.problems or any(not self._reach.is_below(revision, one) for one in self._texts.converting):
            return effect  # it may have run before
        found: set[fx.MaybeText] = set()
        for one in self._before_as_told(revision):
            table = one[effect.order].table(effect.table, effect.schema) if effect.order in one else None
            made_by = None if table is None else table.made_by
            made = () if made_by is None else self._effects(made_by)
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
            for other in self._effects(revision)
            if isinstance(other, fx.ValidatesConstraint) and other.table == effect.table and other.order < effect.order
        )
        return True if any(validated) else fx.UNKNOWN

    def had_unique(self, effect: fx.AddsConstraint | fx.CreatesIndex, revision: str) -> bool:
        """Whether some of the columns were unique together before ``revision``, on every database of the history.

        What the revision has renamed is looked for under the name it had.
        """
        if self._graph.problems:
            return False
        called = Called(effect.table, effect.schema, effect.columns)
        old = called_first(effect, called, self._effects(revision))
        return any(
            all(
                history.before(revision, [old.table]).has_unique_among(old.columns, old.table, old.schema)
                for history in histories
            )
            for histories in self._for_what_is_dropped(effect, revision)
        )

    def _for_what_is_dropped(self, effect: fx.AddsConstraint | fx.CreatesIndex, revision: str) -> list[list[History]]:
        """The histories to ask what the table had: where the revision drops a key of it first, also as it is told."""
        drops = (
            one
            for one, called in earlier(effect, Called(effect.table, effect.schema), self._effects(revision))
            if isinstance(one, fx.DropsConstraint | fx.DropsIndex) and called.is_table_of(one)
        )
        return [self._histories, self._told] if any(drops) else [self._histories]

    def had_index(self, effect: fx.CreatesIndex, revision: str) -> bool:
        """Whether every database of the history has had an index of that name on the table before ``revision``."""
        if self._graph.problems or not isinstance(effect.name, str):
            return False
        return all(
            history.before(revision, [effect.table]).index(effect.name, effect.table, effect.schema) is not None
            for history in self._histories
        )

    def is_repeated(self, effect: fx.Effect, revision: str) -> bool:
        """Whether ``effect`` runs only under a condition, and a revision before has done it, whatever that asked: what is
        made where it is missing, or dropped where it is there."""
        table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
        if not effect.conditional or self._graph.problems or not isinstance(table, str):
            return False
        if isinstance(effect, fx.CreatesTable):
            before: list[Answers | None] = [history.before(revision, [table]) for history in self._told]
            return all(one is not None and one.table(table, schema) is not None for one in before)
        if isinstance(effect, fx.CreatesIndex) and not isinstance(effect.name, str):
            beside = (one for one in self._effects(revision) if isinstance(one, fx.CreatesTable) and one.table == table)
            return any(one.span == effect.span and self.is_repeated(one, revision) for one in beside)
        if isinstance(effect, fx.CreatesIndex):
            own = [one for one in self._effects(revision) if getattr(one, "table", table) == table]
            made = [one for one in own if isinstance(one, fx.CreatesTable)]
            drops = any(isinstance(one, fx.DropsIndex | fx.DropsConstraint | fx.DropsTable) for one in own)
            if made and not drops and made[0].order < effect.order and self.is_repeated(made[0], revision):
                # The table is not made here, so that it has the indexes that it had.
                return all(_is_done(effect, history.before(revision, [table])) for history in self._told)
        if isinstance(effect, fx.AltersColumn):
            changes = fx.AltersColumn | fx.RenamesTable | fx.DropsColumn | fx.AddsColumn
            if any(
                isinstance(one, changes) and one.order < effect.order and one.table == table
                for one in self._effects(revision)
            ):
                return False
            return all(_is_done(effect, history.before(revision, [table])) for history in self._told)
        return all(
            one is not None and _is_done(effect, one)
            for one in (told.get(effect.order) for told in self._before_as_told(revision))
        )

    def is_left_over(self, effect: fx.DropsTable, revision: str) -> bool:
        """Whether a table is dropped only where it is there, and no revision before names it: what a broken run of this one
        may have left."""
        if effect.if_exists is not True or not isinstance(effect.table, str):
            return False
        others = self._texts.naming(effect.table.lower()) - {revision}
        return not any(not self._reach.is_below(revision, one) for one in others)

    def done_later(
        self, effect: fx.Effect, revision: str, columns: tuple[fx.Text, ...] = ()
    ) -> Iterator[tuple[fx.Effect, tuple[fx.Text, ...]]]:
        """What the revisions that stand on ``revision`` do to the table of ``effect``, also when it has another name, each with
        what ``columns`` of it are called then."""
        called = Called(getattr(effect, "table", fx.UNKNOWN), getattr(effect, "schema", None), columns)
        if self._graph.problems or not isinstance(called.table, str):
            return
        done = {revision}
        todo = self._naming_above(called.table, revision)
        while todo:
            other = todo.pop(0)
            done.add(other)
            for one in self._effects(other):
                if called.is_table_of(one):
                    yield one, called.columns
                    before, called = called, called_after(one, called)
                    if before.table != called.table and isinstance(called.table, str):
                        todo = [name for name in self._naming_above(called.table, other) if name not in done]

    def _naming_above(self, table: str, revision: str) -> list[str]:
        """The revisions that stand on ``revision`` and name the table, parents first."""
        found = {one for one in self._texts.naming(table.lower()) if self._reach.is_below(revision, one)}
        return self._reach.parents_first(found)

    def is_named_first(self, effect: fx.DropsConstraint, revision: str) -> bool:
        """Whether no revision before this one names the constraint that is dropped where it is there, and it is not one of those that
        MySQL names: ``orders_ibfk_1``, or as the first column. What PostgreSQL calls ``orders_email_key`` is not there."""
        if not isinstance(effect.name, str) or not effect.name.endswith(
            ("_key", "_key1", "_key2", "_fkey", "_pkey", "_check")
        ):
            return False
        others = self._texts.naming(effect.name.lower()) - {revision}
        told = [one[effect.order] for one in self._before_as_told(revision) if effect.order in one]
        if any(one.constraint(effect.name, effect.table, effect.schema) is not None for one in told):
            return False
        return not any(self._reach.is_below(one, revision) for one in others)

    def had_table(self, effect: fx.CreatesTable, revision: str) -> bool:
        """Whether every database of the history has had the table before ``revision``."""
        if self._graph.problems or not isinstance(effect.table, str):
            return False
        return all(
            history.before(revision, [effect.table]).table(effect.table, effect.schema) is not None
            for history in self._histories
        )

    def points_elsewhere(self, effect: fx.AddsConstraint, revision: str) -> bool:
        """Whether, as it is told, a key of these columns has pointed to another table before ``revision``."""
        for names, history in zip(self._names, self._told, strict=True):
            table = history.before(revision, [effect.table]).table(effect.table, effect.schema)
            columns = tuple(names.part(str(column)) for column in effect.columns)
            for key in () if table is None else table.constraints:
                is_of_them = key.kind is fx.ConstraintKind.FOREIGN_KEY and key.columns == columns
                if (
                    is_of_them
                    and isinstance(key.referent, tuple)
                    and key.referent[1] != names.part(str(effect.referent))
                ):
                    return True
        return False

    def had_foreign_key(self, effect: fx.AddsConstraint, revision: str) -> bool:
        """Whether every database of the history has had the foreign key before ``revision``, under whatever name.

        What the revision has renamed is looked for under the name it had.
        """
        if self._graph.problems or effect.references is None or effect.referent is None:
            return False
        effects = self._effects(revision)
        old = called_first(effect, Called(effect.table, effect.schema, effect.columns), effects)
        referent = called_first(effect, Called(effect.referent, effect.references.schema), effects)
        asked = self._for_what_is_dropped(effect, revision)
        if any(_drops_nameless(one, self._effects) for one in self._graph.ids[revision].down_revisions):
            asked.append(self._with_nameless)
        return any(
            all(
                history.before(revision, [old.table]).has_foreign_key(
                    old.columns, referent.table, old.table, old.schema, referent.schema
                )
                for history in histories
            )
            for histories in asked
        )

    def points_to(self, effect: fx.DropsTable | fx.DropsColumn, revision: str) -> list[Key]:
        """The tables that the foreign keys point to which go with a table or column, as far as the history tells.

        Not those that new revisions have made.
        """
        found: dict[Key, None] = {}
        for place, history in enumerate(() if self._graph.problems else self._histories):
            answers = self._before(revision)[place].get(effect.order)
            names = set() if answers is None else {one[1] for one in _referents(effect, answers)}
            if not names:
                continue
            # What has become of those tables stands in revisions that nothing else asks for.
            asked = next(ask() for other, ask in history.walk(revision, names) if other.order == effect.order)
            for schema, name in _referents(effect, asked):
                if asked.is_new_table(name, schema or None, new={*self._new, revision}) is not True:
                    found[schema, name] = None
        return list(found)

    def _agreed(self, effect: fx.Effect, revision: str, ask: Callable[[Answers], fx.Flag]) -> fx.Flag:
        answers = {ask(one[effect.order]) for one in self._before(revision) if effect.order in one}
        return answers.pop() if len(answers) == 1 else fx.UNKNOWN

    def _look_along(self, revision: str) -> None:
        """Notes of each effect which of its tables are new, for ``revision`` and for those that stand on it in one line: each
        of a thousand new revisions is replayed once, and not for each that stands on it."""
        below = self._new_below(revision)
        line = [revision, *self._line_above(revision)]
        found: dict[str, list[dict[_Place, bool]]] = {one: [] for one in line}
        for names in self._names:
            replay = Replay(names)
            for one in below:
                replay.run(self._effects(one), one)
            for one in line:
                told: dict[_Place, bool] = {}
                for effect in self._effects(one):
                    for table, schema in _tables_of(effect):
                        made_by = replay.made_by(names.key(schema, table))
                        told[effect.order, table, schema] = made_by is not None and (
                            made_by in self._new or made_by == one
                        )
                    replay.apply(self._first_of_table(effect, one), one)
                found[one].append(told)
        self._new_tables |= found

    def _first_of_table(self, effect: fx.Effect, revision: str) -> fx.Effect:
        """A CREATE TABLE as one that runs, where no revision before it names the table: then it asks whether the table is
        there only to be run twice."""
        if not isinstance(effect, fx.CreatesTable) or not effect.conditional or not isinstance(effect.table, str):
            return effect
        naming = self._texts.naming(effect.table.lower())
        others = (one for one in naming if one != revision and not self._reach.is_below(revision, one))
        if revision not in naming or any(self._may_mean(effect.table, one) for one in others):
            return effect
        return replace(effect, conditional=False)

    def _may_mean(self, table: str, revision: str) -> bool:
        """Whether a revision that has the word may mean this table: not where all that it does is to change the schema, to other
        tables."""
        effects = self._effects(revision)
        return not effects or any(
            not isinstance(one, fx.TableEffect | fx.DropsIndex | fx.Reads)
            or isinstance(one, fx.ChangesData)
            or not isinstance(getattr(one, "table", ""), str)
            or table.lower()
            in [
                str(name).lower()
                for name in (getattr(one, "table", ""), getattr(one, "new_name", ""), *getattr(one, "tables", ()))
            ]
            or any(str(key.table).lower() == table.lower() for key in foreign_keys(one))
            for one in effects
        )

    def _line_above(self, revision: str) -> list[str]:
        """The new revisions above one, as long as each stands on the one before it alone and is the only one that does."""
        line: list[str] = []
        at = revision
        while not self._graph.problems:
            above = [one for one in self._graph.real_children(at) if one in self._new]
            if len(above) != 1 or {*self._graph.ids[above[0]].down_revisions, *self._graph.dependencies(above[0])} != {
                at
            }:
                break
            at = above[0]
            line.append(at)
        return line

    def _before_new(self, revision: str) -> list[dict[int, Answers]]:
        """By order, what the new revisions tell before each effect; one for each database."""
        if revision not in self._recent:
            order = self._new_below(revision)
            self._recent[revision] = [self._replayed(names, order, revision) for names in self._names]
        return self._recent[revision]

    def _new_below(self, revision: str) -> list[str]:
        """The new revisions that ``revision`` stands on, parents first; none in a history that is broken."""
        if not self._new or self._graph.problems:
            return []
        below = {one for one in self._new if self._reach.is_below(one, revision)}
        tops = [one for one in below if not below.intersection(self._graph.real_children(one))]
        return self._graph.sort(below, sorted(tops))[::-1]

    def _replayed(self, names: Names, order: Sequence[str], revision: str) -> dict[int, Answers]:
        replay = Replay(names)
        for one in order:
            replay.run(self._effects(one), one)
        found: dict[int, Answers] = {}
        for effect in self._effects(revision):
            if _is_asked(effect):
                found[effect.order] = Answers(replay.schema(), names)
            replay.apply(effect, revision)
        return found

    def _before(self, revision: str) -> list[dict[int, Answers]]:
        """The same by the whole history."""
        if self._graph.problems:
            return self._before_new(revision)
        if revision not in self._whole:
            self._whole[revision] = [
                {effect.order: ask() for effect, ask in history.walk(revision) if _is_asked(effect)}
                for history in self._histories
            ]
        return self._whole[revision]

    def _before_as_told(self, revision: str) -> list[dict[int, Answers]]:
        """By order, what was before each effect if everything has happened that the history speaks of."""
        if self._graph.problems:
            return []
        if revision not in self._as_told:
            self._as_told[revision] = [
                {effect.order: ask() for effect, ask in history.walk(revision) if _is_asked(effect)}
                for history in self._told
            ]
        return self._as_told[revision]


def _drops_nameless(revision: str, effects: Effects) -> bool:
    """Whether a revision drops foreign keys by the names that the database tells, and changes no rows."""
    own = effects(revision)
    if any(isinstance(one, fx.ChangesData) or (isinstance(one, fx.RunsSql) and not one.understood) for one in own):
        return False
    return any(isinstance(one, fx.DropsConstraint) and one.name is fx.UNKNOWN for one in own)


def _without_nameless(effects: Sequence[fx.Effect]) -> list[fx.Effect]:
    return [one for one in told(effects) if not (isinstance(one, fx.DropsConstraint) and one.name is fx.UNKNOWN)]


def told(effects: Sequence[fx.Effect]) -> list[fx.Effect]:
    """The effects that speak of something, as if each of them had happened."""
    silent = (fx.NotAnalysed, fx.EndsTransaction, fx.AltersTable)
    return [
        replace(one, conditional=False) if one.conditional else one
        for one in effects
        if not isinstance(one, silent) and not (isinstance(one, fx.RunsSql) and not one.understood)
    ]


def unconditional(effects: Sequence[fx.Effect]) -> list[fx.Effect]:
    """The effects as if every condition had held; what was not read may still have done anything."""
    return [replace(one, conditional=False) if one.conditional else one for one in effects]


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


_TELLING, _LONG = 3, 8
"""Of fewer revisions than the one nobody knows whether it is their habit; of fewer than the other one exception tells."""


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


def _is_asked(effect: fx.Effect) -> bool:
    return getattr(effect, "table", None) is not None and not isinstance(effect, fx.CreatesTable)


_Place = tuple[int, object, object]
"""An effect's place in the order, and the name and schema of one of its tables."""


def _tables_of(effect: fx.Effect) -> list[tuple[fx.Text, fx.MaybeText]]:
    """The tables that somebody asks about: its own, where that was there before, and those that its keys point to."""
    own = getattr(effect, "table", None)
    found = (
        [(own, getattr(effect, "schema", None))] if own is not None and not isinstance(effect, fx.CreatesTable) else []
    )
    return [*found, *((key.table, key.schema) for key in foreign_keys(effect) if key.table is not None)]
