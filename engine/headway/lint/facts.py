"""What rules may ask about a history. Gathered once; rules share it and recompute nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field, replace
from functools import cached_property

from headway.config.dialects import Databases
from headway.config.tables import TableSize
from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.effects.locks import lock_of
from headway.effects.stored_type import is_told, on_mysql, stored
from headway.effects.values import Span
from headway.lint.environment import Environment
from headway.lint.history.released import Base, Change
from headway.lint.history.squashed import Squash
from headway.lint.ini_url import IniUrl
from headway.lint.known.known import Known
from headway.lint.syntax.suites import Block, Lines, are_in_two_arms, arms_of, blocks_of, runs_behind
from headway.lint.syntax.written import Written, written, written_module
from headway.pattern import pattern
from headway.reading.migration import Migration
from headway.reading.revision_files import effects_on
from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision
from headway.revision.problems import Problem
from headway.valueclass import valueclass

COMMIT_AT_DDL = frozenset({"mysql", "mariadb", "oracle"})
"""The databases on which a change of the schema ends the transaction before it, and one of its own behind it."""

_CALL = pattern(r"([\w.]+)\s*\(")


@valueclass(frozen=True)
class RevisionFile:
    """One revision with what its file does."""

    revision: str
    path: str
    """Relative to the repository, as reports show it."""
    migration: Migration
    is_merge: bool = False
    dialects: frozenset[str] = frozenset()
    """The databases that the history runs on; empty when nothing tells."""

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of the file, as ``suites`` knows them."""
        return blocks_of("\n".join(self.migration.lines))

    @cached_property
    def block_of_call(self) -> dict[int, int]:
        """The number of the block that a call is a statement of, by the line where the call begins."""
        return {
            statement.first: number for number, block in enumerate(self.blocks) for statement in block if statement.call
        }

    @cached_property
    def _blocks_of_modules(self) -> dict[str, tuple[Block, ...]]:
        return {}

    def blocks_in(self, path: str) -> tuple[Block, ...]:
        """The same of a module of the project that the file uses; none of one that was not read."""
        if path not in self._blocks_of_modules:
            text = next((text for text, _, other in self.modules.values() if other == path), "")
            self._blocks_of_modules[path] = blocks_of(text)
        return self._blocks_of_modules[path]

    @cached_property
    def arms(self) -> tuple[tuple[Lines, Lines], ...]:
        """The two arms of every ``if`` of the file with an ``else``."""
        return arms_of("\n".join(self.migration.lines))

    @cached_property
    def upgrade_effects(self) -> tuple[fx.Effect, ...]:
        """What ``upgrade()`` does on the databases of the history; nothing when there is none."""
        return effects_on(self.migration.upgrade.effects, self.dialects) if self.migration.upgrade else ()

    @cached_property
    def downgrade_effects(self) -> tuple[fx.Effect, ...]:
        """What ``downgrade()`` does on them."""
        return effects_on(self.migration.downgrade.effects, self.dialects) if self.migration.downgrade else ()

    @cached_property
    def without_rows(self) -> frozenset[int]:
        """The effects of ``upgrade()``, by their order, whose table holds no rows: the revision has deleted all of
        them before."""
        return frozenset(_without_rows(self))

    @cached_property
    def _unread(self) -> list[tuple[int, int]]:
        return [
            (one.order, one.span.line)
            for one in self.upgrade_effects
            if (isinstance(one, fx.NotAnalysed) and not one.adds_only)
            or (isinstance(one, fx.RunsSql) and not one.understood)
        ]

    def unless_seen_to(self, effect: fx.Effect) -> str:
        """What to add where rows may stop ``effect`` of ``upgrade()``: that something before it was not read, which may have
        changed them; empty where there is nothing."""
        place = bisect_left(self._unread, (effect.order, 0)) - 1
        # What is unread within the call itself, such as a type of the project's own, changes no rows.
        while place >= 0 and effect.span.line <= self._unread[place][1] <= (effect.span.end_line or effect.span.line):
            place -= 1
        return f", unless line {self._unread[place][1]}, which was not read, has seen to that" if place >= 0 else ""

    @cached_property
    def has_way_back(self) -> bool:
        """Whether ``downgrade()`` does anything: not where it is missing, empty, only raises or only prints."""
        down = self.migration.downgrade
        if down is None or down.empty or down.raises:
            return False
        return not all(isinstance(one, fx.Reads) for one in down.effects) or "downgrade" not in self.written.idle

    @cached_property
    def written(self) -> Written:
        """How the file is written."""
        modules = self.modules  # of both ways, so that the syntax tree is not needed for reading any more
        return written(self.path, self.migration.source, self.migration.take_tree(), self.migration.package, modules)

    @property
    def modules(self) -> Mapping[str, tuple[str, str, str]]:
        """The text, the package and the path of each module of the project that the file uses, both ways."""
        _ = self.migration.downgrade  # modules are read where something of them is asked for
        return self.migration.modules

    def call_at(self, span: Span) -> str:
        """The function that is called at a place, as the file writes it; ``the other module`` where it is not written so."""
        lines = self.migration.lines
        text = lines[span.line - 1] if 0 < span.line <= len(lines) else ""
        found = _CALL.match(text.encode()[span.column - 1 :].decode(errors="replace"))
        return f"{found[1]}()" if found else "the other module"

    def written_in(self, path: str) -> Written | None:
        """How a module of the project that the file uses is written; None where it was not read."""
        modules = self.modules
        found = next((one for one in modules.values() if one[2] == path), None)
        return None if found is None else written_module(path, found[0], found[1], tuple(sorted(modules.items())))


@valueclass(frozen=True, slots=True)
class Unreadable:
    """A file of the history that nobody can judge."""

    path: str
    """As reports show it."""
    line: int | None
    why: str


@valueclass(frozen=True)
class Facts:
    """A history as rules see it."""

    graph: RevisionGraph
    known: Known
    """What is known of a table before an effect."""
    examined: tuple[RevisionFile, ...]
    """The files that are judged: those new against the base branch, or all."""
    new: frozenset[str] = frozenset()
    """Revision ids that no database outside this branch has; tables they create hold no rows yet."""
    databases: Databases = Databases()  # it cannot be changed
    """The databases this history runs on, with the versions of their servers, and what told so."""
    expected_heads: int | tuple[str, ...] = 1
    project_modules: frozenset[str] = frozenset()
    """What importing the application's own code starts with: top-level names, and of a namespace package the first two."""
    script_package: str | None = None
    """The dotted package of the migrations themselves, which they may import."""
    problems: tuple[Problem, ...] = ()
    """The faults of the graph, with the paths that reports show."""
    unreadable: tuple[Unreadable, ...] = ()
    """The files that could not be read, of which the graph knows nothing or only the header."""
    base: Base | None = None
    """What the base branch has where it and this history differ; None where there is no base."""
    policy_changed: str | None = None
    """The policy's path, where a pull request changes it and is judged by another one."""
    changes: tuple[Change, ...] = ()
    """What was done to revisions that the base has."""
    squashes: tuple[Squash, ...] = ()
    """The new revisions that replace others."""
    unreached: tuple[tuple[str, int], ...] = ()
    """The files that look like revisions below a version location that is not looked into, and their lines."""
    settings: str = ""
    """The file of the settings, as reports show it."""
    merged: RevisionGraph | None = None
    """The history as it will be when this branch is merged into the tip of the base, where that is another one."""
    codes: frozenset[str] = frozenset()
    """The codes of all rules there are."""
    tables: Mapping[str, TableSize] = field(default_factory=dict)
    """How large the tables are in production, by their names in lower case."""
    ini_urls: tuple[IniUrl, ...] = ()
    """The databases' addresses in the settings, without what stands in them."""
    environment: Environment | None = None
    """None where there is none, or where it cannot be read."""
    named_kinds: Callable[[], frozenset[str]] = frozenset
    """For which kinds of constraints the models have a naming convention: its keys, ``fk``, ``uq`` and so on."""
    stays_below_sqlalchemy_2: Callable[[], bool] = bool
    """Whether the project's requirements keep SQLAlchemy 2 out."""
    path_of: Callable[[str], str | None] = lambda revision: None
    """The path of a revision's file, as reports show it."""

    @cached_property
    def parents_first(self) -> tuple[RevisionFile, ...]:
        """The files that are judged, each behind its ancestors: what the history knows grows from one to the next."""
        if len(self.examined) < 2 or self.problems:
            return self.examined
        files = {file.revision: file for file in self.examined}
        return tuple(files[revision] for revision in self.known.parents_first(files))

    @property
    def base_name(self) -> str:
        """The base, as findings call it."""
        return "the base" if self.base is None else self.base.name

    def lock_of(self, effect: fx.Effect, database: str) -> Lock | None:
        """The lock that an effect takes on its table there, on the version that the settings tell."""
        return lock_of(effect, database, self.databases.versions.get(database))

    def size_of(self, effect: fx.Effect) -> TableSize | None:
        """How large the table of ``effect`` is; None where nothing tells."""
        table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
        if not self.tables or not isinstance(table, str):
            return None
        qualified = self.tables.get(f"{schema}.{table}".lower()) if isinstance(schema, str) else None
        return qualified or self.tables.get(table.lower())

    def goes_on(self, effect: fx.Effect, file: RevisionFile) -> bool:
        """Whether a ``try`` around it takes its error and the migration goes on: not on PostgreSQL, which lets nothing more be
        done in the transaction."""
        if self.runs_on("postgresql") or not self.dialects:
            return False
        return any(region.holds(effect.span) for region in file.written.forgives)

    def is_older(self, database: str, version: tuple[int, ...]) -> bool:
        """Whether the settings name a server of this database that is older than ``version``."""
        return () < self.databases.versions.get(database, ()) < version

    def is_new_table(self, effect: fx.Effect, file: RevisionFile) -> bool:
        """Whether the table of ``effect`` was created by this revision or by another new one, so that it has no rows."""
        is_new = self.known.new_tables.has(effect, file.revision) and not _is_made_elsewhere(effect, file)
        return is_new or _is_made_just_before(effect, file)

    def typed(self, effect: fx.AltersColumn, file: RevisionFile) -> fx.AltersColumn:
        """The effect with the type that the column has had: what the revision says, what the history tells, or else what
        ``downgrade()`` gives back."""
        found = self.known.before.typed(self._as_enum(self._as_written(effect, file), file), file.revision)
        if found.existing_type is not None or effect.new_type is None:
            return found
        return replace(found, existing_type=_given_back(effect, file))

    def _as_enum(self, effect: fx.AltersColumn, file: RevisionFile) -> fx.AltersColumn:
        """An enum type of PostgreSQL is what the history has made, whatever ``existing_type`` was seen on another database."""
        name = _enum_name(effect.new_type)
        if name is None or effect.existing_type is None or self.dialects != {"postgresql"}:
            return effect
        before = self.known.before.column(effect, file.revision)
        old = before.type if before is not None and isinstance(before.type, fx.Type) else None
        return effect if old is None or _enum_name(old) != name else replace(effect, existing_type=old)

    def _as_written(self, effect: fx.AltersColumn, file: RevisionFile) -> fx.AltersColumn:
        """What MySQL is sent where only something else changes: the column anew with its ``existing_type``, which is a new one
        where the history tells another."""
        whole = effect.nullable is not None or effect.new_name is not None or effect.comment is not None
        if effect.new_type is not None or effect.existing_type is None or effect.raw or not whole:
            return effect
        if not self.is_mysql:
            return effect
        before = self.known.before.column(effect, file.revision)
        old = before.type if before is not None and isinstance(before.type, fx.Type) else None
        said = stored(effect.existing_type)
        had = None if old is None else stored(old)
        if said is None or had is None or not (is_told(old) and is_told(effect.existing_type)):
            return effect
        sizes = on_mysql(said).size, on_mysql(had).size
        if on_mysql(said).family != on_mysql(had).family or sizes[0] == sizes[1]:
            return effect  # another word for it, or a mistake of another kind
        if not all(isinstance(one, int) for size in sizes for one in size):
            return effect
        return replace(effect, new_type=effect.existing_type, existing_type=old)

    def declared_by(self, file: RevisionFile) -> Revision | None:
        """What the header of the file declares; None for the second file of one id, whose header the graph does not have."""
        return self.graph.ids.get(file.revision) if self.path_of(file.revision) == file.path else None

    def newest(self, revisions: Collection[str]) -> str:
        """The one that stands on the others: who has accepted what is told of all of them is told again of a new one."""
        if self.graph.problems:
            return list(revisions)[-1]
        return next(one for one in self.graph.sort(self.graph.ids, self.graph.real_heads) if one in revisions)

    def runs_on(self, *dialects: str) -> bool:
        """Whether the history runs on one of these databases, as far as anything tells."""
        return bool(self.dialects & set(dialects))

    @property
    def is_mysql(self) -> bool:
        """Whether it runs on MySQL or MariaDB and on nothing else."""
        return bool(self.dialects) and self.dialects <= {"mysql", "mariadb"}

    @property
    def dialects(self) -> frozenset[str]:
        """The databases that the history runs on; empty where nothing tells."""
        return self.databases.names


def _without_rows(file: RevisionFile) -> Iterator[int]:
    empty: set[tuple[object, object]] = set()
    for one in file.upgrade_effects:
        table = getattr(one, "table", None), getattr(one, "schema", None)
        if isinstance(one, fx.ChangesData):
            if one.verb == "TRUNCATE" or (one.verb == "DELETE" and one.filtered is False):
                surely = one.databases is None and not one.conditional and one.limited is False
                if isinstance(one.table, str) and surely:
                    empty.add(table)
            elif one.verb != "DELETE":
                # Who changes rows often leaves the schema out.
                empty = {
                    key for key in empty if isinstance(one.table, str) and str(key[0]).lower() != one.table.lower()
                }
        elif (
            isinstance(one, fx.NotAnalysed | fx.RenamesTable | fx.EndsTransaction)
            or (isinstance(one, fx.RunsSql) and not one.understood)
            or (isinstance(one, fx.AltersTable) and "PARTITION" in one.action)
        ):
            empty.clear()
        elif table in empty:
            yield one.order


def _enum_name(type_: fx.Type | None) -> str | None:
    """The name of a native enum type; None of any other."""
    if type_ is None or str(type_.name).lower() != "enum":
        return None
    options = dict(type_.options)
    name = options.get("name")
    return name if isinstance(name, str) and options.get("native_enum", True) is True else None


def _given_back(effect: fx.AltersColumn, file: RevisionFile) -> fx.Type | None:
    """The type to which ``downgrade()`` changes the column; None where that is none, several, or the same again."""
    column = effect.table, effect.schema, effect.column
    if effect.new_name is not None or fx.UNKNOWN in column:
        return None
    types = [
        one.new_type
        for one in file.downgrade_effects
        if isinstance(one, fx.AltersColumn)
        and one.new_type is not None
        and (one.table, one.schema, one.column) == column
    ]
    told = types[0] if types and all(one == types[0] for one in types) else None
    return told if told is not None and isinstance(told.name, str) and told != effect.new_type else None


def _is_made_elsewhere(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether the file makes the table of ``effect`` only in the other arm of an ``if``: here it has been there."""
    if not effect.conditional:
        return False
    table = getattr(effect, "table", None), getattr(effect, "schema", None)
    made = [
        one for one in file.upgrade_effects if isinstance(one, fx.CreatesTable) and (one.table, one.schema) == table
    ]
    return bool(made) and all(
        one.conditional and are_in_two_arms(effect.span.line, one.span.line, file.arms) for one in made
    )


def _is_made_just_before(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether a table made under a condition is certainly new: ``effect`` runs only where the table was made as well.

    ``if not inspector.has_table("notes"): create_table; create_index`` is the usual form.
    """
    table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
    if not effect.conditional or not isinstance(table, str):
        return False
    made = None
    for other in file.upgrade_effects:
        if other.order >= effect.order:
            break
        if isinstance(other, fx.CreatesTable) and (other.table, other.schema) == (table, schema):
            made = other
        elif isinstance(other, fx.DropsTable | fx.RenamesTable):
            made = None  # another table may stand under the name now
    if made is None:
        return False
    if isinstance(effect, fx.CreatesIndex) and _place(effect) == _place(made):
        return True  # an index that the call of create_table makes with it
    if made.if_not_exists is not False or made.span.path != effect.span.path:
        return False
    inner, creating = effect.written_at, made.written_at
    if inner is not None and creating is not None and (effect.span, inner.path) == (made.span, creating.path):
        return runs_behind(inner.line, creating.line, file.blocks_in(inner.path))  # one call of a helper does both
    return runs_behind(effect.span.line, made.span.line, file.blocks)


def _place(effect: fx.Effect) -> tuple[object, ...]:
    """The call that an effect is of: through which line of the revision, and where it is written."""
    return effect.span, effect.written_at
