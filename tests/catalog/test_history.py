"""The schema just before a revision: what its ancestors tell, and that only those are read which a question needs."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from fixtures.timing import seconds_of
from headway.catalog.history import History
from headway.catalog.names import Names
from headway.catalog.replay import Replay
from headway.catalog.shelf import Presence
from headway.catalog.texts import Texts
from headway.effects import model as fx
from headway.reading.migration import read_migration
from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision
from headway.revision.reach import Reach

HEAD = "from alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n"
MADE = (
    'op.create_table("{0}", sa.Column("id", sa.Integer, primary_key=True), sa.Column("c", sa.Integer, nullable=False))'
)
DROP = "op.drop_index('ix_odd')"


class Project:
    """A history by the bodies of its upgrades, that notes which files are read."""

    def __init__(self, bodies: Mapping[str, str], parents: Mapping[str, object] | None = None) -> None:
        order = list(bodies)
        below: Mapping[str, object] = parents or dict(zip(order, [None, *order], strict=False))
        self.graph = RevisionGraph([Revision(one, below[one]) for one in order])  # type: ignore[arg-type]
        self.sources = {one: f"\n{HEAD}    {body}\n".replace("; ", "\n    ") for one, body in bodies.items()}
        self.read: list[str] = []
        texts = Texts(self.graph.ids, self.source)
        self.history = History(Reach(self.graph), texts, self.effects, Names("postgresql"))

    def source(self, revision: str) -> bytes:
        return self.sources[revision].encode()

    def effects(self, revision: str) -> tuple[fx.Effect, ...]:
        self.read.append(revision)
        upgrade = read_migration(f"versions/{revision}.py", self.sources[revision]).upgrade
        assert upgrade is not None
        return upgrade.effects


def test_a_column_that_an_ancestor_made_is_known() -> None:
    project = Project({"a": MADE.format("t"), "b": MADE.format("other"), "c": "pass"})
    seen = project.history.before("c", ["t"])
    assert seen.column_nullable("t", "c") is False
    assert seen.is_new_table("t", new={"b", "c"}) is False
    assert seen.is_new_table("t", new={"a", "c"}) is True
    assert project.read == ["a"]
    assert project.history.before("a", ["t"]).presence("t") is Presence.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        'name = "t" "able"; op.drop_column(f"{name}", "c")',
        'op.execute("ALTER TABLE %s DROP c" % NAME)',
        'op.execute("ALTER TABLE {} DROP c".format(NAME))',
        "import app; app.helper(op)",
        "from app import helper; helper(op)",
        "for name in sa.inspect(op.get_bind()).get_table_names():; op.drop_table(name)",
        'op.execute("DROP SCHEMA public CASCADE")',
        'op.drop_column("\\x74", "c")',
        'op.execute("DROP OWNED BY app")',
        'op.execute("DO $$ BEGIN END $$")',
        'op.drop_column("public.t".split(".")[1], "c")',
        'op.drop_column("xt"[1:], "c")',
        'op.drop_column("t"+"", "c")',
        'op.drop_column(*[f"{NAME}", "c"])',
        'op.drop_column(rf"{NAME}", "c")',
        'op.drop_column(fr"{NAME}", "c")',
        "import sqlalchemy; import app",
        "import sqlalchemy as sa, helpers",
        "import enums",
        "import logging_helpers",
        "from helpers import*",
        "from helpers import(loosen)",
        "from\thelpers\timport\tloosen",
        "from alembic import op; import helpers",
        'op.drop_column("{x}".format_map(names), "c")',
        'op.drop_column("_t_".strip("_"), "c")',
        'op.drop_column("old_t".removeprefix("old_"), "c")',
        'op.drop_column("x.t".partition(".")[2], "c")',
        'op.drop_column("XT".lower(), "c")',
    ],
)
def test_a_file_that_may_mean_any_table_is_read_though_it_does_not_name_it(body: str) -> None:
    project = Project({"a": MADE.format("t"), "b": body, "c": "pass"})
    texts = Texts(project.graph.ids, project.source)
    assert texts.unclear == {"b"}
    project.history = History(
        Reach(project.graph),
        texts,
        lambda one: project.effects(one) if one != "b" else [fx.NotAnalysed(span=fx.Span("b.py", 1), reason="x")],
        Names("postgresql"),
    )
    assert project.history.before("c", ["t"]).column_nullable("t", "c") is fx.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        MADE.format("u"),
        'op.add_column("u", sa.Column("x", sa.String(50), sa.ForeignKey("v.id", ondelete="CASCADE")))',
        'op.execute("UPDATE u SET x = 1 WHERE x IS NULL")',
        'op.create_index(op.f("ix_u_x"), "u", ["x"], unique=False)',
        """op.execute("UPDATE u SET x = 'pdf'")""",
        "# what is important\nfrom sqlalchemy.dialects import postgresql, mysql  # noqa: F401",
        "from sqlalchemy import (\n    Column,\n    text,\n)",
        "import geoalchemy2\nfrom geoalchemy2 import Geometry",
    ],
)
def test_what_autogenerate_writes_is_plain(body: str) -> None:
    project = Project({"a": body})
    assert not Texts(project.graph.ids, project.source).unclear


def test_a_date_puts_no_texts_together() -> None:
    sources = {"a": '"""x\n\nCreate Date: 2024-05-06 07:08:09.1+00:00\n"""\n', "b": 'x = """\nDate: "+"\n"""\n'}
    assert Texts(sources, lambda one: sources[one].encode()).unclear == {"b"}


@pytest.mark.parametrize(
    "line",
    [
        "revision = 'a'; op.drop_column(f'{NAME}', 'c')",
        "down_revision = 'a' + NAME",
        "revision: sa.inspect = 'a'",
        "revises: a, and what import brings",
        "revision = 'a'.join(NAMES)",
    ],
)
def test_a_line_that_says_more_than_an_id_is_looked_at(line: str) -> None:
    plain = "revision = '1'\ndown_revision: str | None = '2'\n"
    sources = {"a": f"{plain}x7 = 3\n", "b": f"{plain}{line}\n", "c": f"{plain}x8 = 4\n"}
    assert Texts(sources, lambda one: sources[one].encode()).unclear == {"b"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_ends_where_pythons_does(end: str) -> None:
    plain = ["from alembic import op", "revision = 'c'", "", "", "x = 1", ""]
    sources = {"a": end.join(plain), "b": end.join([plain[0], "import shop", *plain[1:]])}
    assert Texts(sources, lambda one: sources[one].encode()).unclear == {"b"}


def test_what_has_the_shape_of_a_mark_is_none() -> None:
    sources = {"a": "x = eval(y)\n", "b": "x = avbl(y)\n", "c": "revision = 'beef'\n"}
    assert Texts(sources, lambda one: sources[one].encode()).unclear == {"a"}


def test_lines_that_differ_by_a_number_are_each_found() -> None:
    sources = {"a": "import lib1\n", "b": "pass\n", "c": "import lib2\n"}
    assert Texts(sources, lambda one: sources[one].encode()).unclear == {"a", "c"}


def test_many_names_are_found_where_a_few_are() -> None:
    """With many of them an index is made, and it finds the same."""
    source = random.Random(5)
    words = [
        "t",
        "tt",
        "t_1",
        "my table",
        "ta-t",
        "a.b",
        "x",
        "users",
        "-",
        "t t",
        "sa.ForeignKey('t.id')",
        "'t'",
        '"users.id"',
    ]
    files = {
        str(number): " ".join(source.choice(words) for _ in range(source.randrange(12))).lower() for number in range(60)
    }
    names = [*words, "nobody", "t_", "my", "table", "ta", ".", "users.id"]
    read = lambda one: files[one].encode()  # noqa: E731
    many = Texts(files, read)
    for number in range(40):
        assert many.naming(f"nobody_{number}") == frozenset()
    for name in map(str.lower, names):
        assert many.naming(name) == Texts(files, read).naming(name), name


def test_a_table_that_a_key_points_to_is_not_named() -> None:
    sources = {
        "key": 'sa.ForeignKeyConstraint(["owner"], ["t.id"])',
        "keys": "sa.ForeignKey('t.id'), sa.ForeignKey(\n    't.other'\n)",
        "several": 'sa.ForeignKeyConstraint(["a", "b"],\n    ["x.id", "t.id"], name="fk")',
        "split": 'ref = "t.id"',
        "call": "op.execute(\"SELECT loosen('t.id')\")",
        "operation": 'op.loosen("t.id")',
        "server": "op.execute(\"EXEC sp_rename 't.id', 'number', 'COLUMN'\")",
        "helper": 'forget_foreignkey("t.id")',
        "first list": 'sa.ForeignKeyConstraint(["t.id"], ["x.id"])',
        "both": 'sa.ForeignKey("t.id"); op.drop_column("t", "c")',
        "schema": 'sa.ForeignKey("public.t.id")',
        "SQL": 'op.execute("UPDATE t.id")',
        "quoted": """op.execute('ALTER TABLE "t".id')""",
        "attribute": "t.id",
        "three": '"""t.id"""',
    }
    texts = Texts(sources, lambda one: sources[one].encode())
    assert texts.naming("t") == set(sources) - {"key", "keys", "several"}


def test_words_that_files_have() -> None:
    sources = {
        "a": "op.drop_table('t')",
        "b": "op.drop_table('tt', 't_1')",
        "c": "T",
        "d": "",
        "e": "x t",
        "f": "at\nta-t",
    }
    texts = Texts(sources, lambda one: sources[one].encode())
    assert texts.naming("t") == {"a", "c", "e", "f"}
    assert texts.naming("ta-t") == {"f"}
    assert texts.naming("nothing") == texts.naming("") == set()
    assert texts.naming("\u00e4") == set(sources), "which letters are alike is for the database to say"


def test_what_stands_below_what() -> None:
    """Two branches, one of which needs the other's end, and their merge; against the walks of the graph."""
    parents = {"a": None, "b": "a", "c": "b", "x": "a", "y": "x", "z": ("y", "c"), "alone": None}
    revisions = [Revision(one, below, "c" if one == "y" else None) for one, below in parents.items()]  # type: ignore[arg-type]
    graph = RevisionGraph(revisions)
    reach = Reach(graph)
    for one in parents:
        below = graph.ancestors([one])
        assert {other for other in parents if reach.is_below(other, one)} == below
    assert reach.parents_first(["z", "a", "c", "b"]) == ["a", "b", "c", "z"]
    assert reach.unordered(["a", "b", "x", "z"]) == {"b", "x"}
    assert reach.unordered(["a", "c", "y"]) == set()
    assert reach.unordered(["a", "alone"]) == {"a", "alone"}
    line = Reach(RevisionGraph([Revision("b", "a"), Revision("a", None), Revision("c", "b")]))
    assert line.is_below("a", "c") and not line.is_below("c", "a") and not line.is_below("b", "b")
    assert line.parents_first(["c", "a", "b"]) == ["a", "b", "c"] and line.unordered(["a", "c"]) == set()


def test_a_renamed_table_leads_to_its_former_name() -> None:
    project = Project({"a": MADE.format("old"), "b": 'op.rename_table("old", "young")', "c": "pass"})
    assert project.history.before("c", ["young"]).column_nullable("young", "c") is False
    assert project.history.before("c", ["old"]).presence("old") is Presence.ABSENT


def test_an_index_that_is_dropped_by_its_own_name_is_gone() -> None:
    made = f"{MADE.format('t')}; op.create_index('ix_odd', 't', ['c'])"
    project = Project({"a": made, "b": DROP, "c": "pass"})
    assert project.history.before("b", ["t"]).starts_an_index(("c",), "t") is True
    assert project.history.before("c", ["t"]).starts_an_index(("c",), "t") is False


def test_what_a_branch_beside_does_may_have_happened() -> None:
    """::

    a -> b
      -> c     (asked)
    """
    bodies = {"a": MADE.format("t"), "b": 'op.alter_column("t", "c", nullable=True)', "c": "pass"}
    project = Project(bodies, {"a": None, "b": "a", "c": "a"})
    assert project.history.before("c", ["t"]).column_nullable("t", "c") is fx.UNKNOWN
    later = Project(bodies, {"a": None, "c": "a", "b": "c"})
    assert later.history.before("c", ["t"]).column_nullable("t", "c") is False


def test_two_branches_that_change_one_column_leave_a_doubt_after_their_merge() -> None:
    """::

    a -> b -> d (asked)
      -> c ->
    """
    turns = 'op.alter_column("t", "c", nullable={})'
    bodies = {"a": MADE.format("t"), "b": turns.format(True), "c": turns.format(False), "d": "pass"}
    project = Project(bodies, {"a": None, "b": "a", "c": "a", "d": ("b", "c")})
    assert project.history.before("d", ["t"]).column_nullable("t", "c") is fx.UNKNOWN
    quiet = Project({**bodies, "c": MADE.format("u")}, {"a": None, "b": "a", "c": "a", "d": ("b", "c")})
    assert quiet.history.before("d", ["t"]).column_nullable("t", "c") is True


def test_each_effect_is_asked_at_its_own_moment() -> None:
    body = f'op.drop_table("t"); {MADE.format("t")}; op.drop_table("t")'
    project = Project({"a": MADE.format("t"), "b": body})
    seen = [(type(e).__name__, asked().is_new_table("t", new={"b"})) for e, asked in project.history.walk("b")]
    assert seen == [("DropsTable", False), ("CreatesTable", fx.UNKNOWN), ("DropsTable", True)]


def test_what_is_so_when_a_revision_has_run() -> None:
    project = Project({"a": MADE.format("t"), "b": 'op.alter_column("t", "c", nullable=True)'})
    assert project.history.before("b", ["t"]).column_nullable("t", "c") is False
    assert project.history.after("b").column_nullable("t", "c") is True


# -- the questions of rules, by the cases that they must get right ------------------------------------------------


def effects(body: str) -> list[fx.Effect]:
    return list(Project({"a": body}).effects("a"))


def walked(body: str) -> list[tuple[fx.Effect, object]]:
    project = Project({"a0": MADE.format("a0_table"), "a1": body})
    return [(effect, asked()) for effect, asked in project.history.walk("a1")]


def test_case_01_a_table_that_may_be_old_and_full() -> None:
    (_, seen), *_ = walked('op.execute("DROP TABLE IF EXISTS some_table")')
    assert seen.is_new_table("some_table", new={"a1"}) is fx.UNKNOWN  # type: ignore[attr-defined]
    assert seen.has_rows_possible("some_table", new={"a1"})  # type: ignore[attr-defined]


def test_case_29_a_table_renamed_onto_another_name_is_as_old_as_before() -> None:
    steps = walked(f'op.rename_table("orders", "orders_old"); {MADE.format("orders")}; op.drop_table("orders_old")')
    last = steps[-1][1]
    assert last.is_new_table("orders_old", new={"a1"}) is fx.UNKNOWN  # type: ignore[attr-defined]
    assert last.is_new_table("orders", new={"a1"}) is True  # type: ignore[attr-defined]


def test_case_53_a_column_that_never_took_null() -> None:
    ((_, seen),) = walked('op.alter_column("a0_table", "c", existing_type=sa.Integer(), nullable=False)')
    assert seen.column_nullable("a0_table", "c") is False  # type: ignore[attr-defined]


def test_case_83_public_is_the_default_schema() -> None:
    made = MADE.format("notes")[:-1] + ', schema="public")'
    last = walked(f'{made}; op.create_index("ix", "notes", ["id"])')[-1][1]
    assert last.is_new_table("notes", new={"a1"}) is True  # type: ignore[attr-defined]


def test_questions_in_any_order_have_the_answers_of_a_history_that_nobody_asked() -> None:
    """What is kept of one question is where the next goes on from: forward, back, and from one branch to another."""
    chance = random.Random(14)
    changes = [
        MADE.format("t"),
        "op.drop_table('t')",
        "op.alter_column('t', 'c', nullable=True)",
        "op.alter_column('t', 'c', nullable=False)",
        "op.drop_column('t', 'c')",
        "op.add_column('t', sa.Column('c', sa.Integer))",
        "op.rename_table('t', 'u')",
        "op.rename_table('u', 't')",
        "import app; app.helper(op)",
        "pass",
    ]
    told = set()
    for _ in range(12):
        bodies = {f"r{n:02}": chance.choice(changes) for n in range(20)}
        order = list(bodies)
        parents: dict[str, object] = {
            one: order[max(0, at - chance.choice([1, 1, 1, 2, 3]))] for at, one in enumerate(order)
        }
        parents |= {"r00": None, "r19": ("r18", "r17") if parents["r18"] != "r17" else "r18"}
        kept = Project(bodies, parents)
        for _ in range(60):
            revision, table = chance.choice(order), chance.choice(["t", "u"])
            fresh = Project(bodies, parents).history.before(revision, [table])
            asked = kept.history.before(revision, [table])
            assert asked.presence(table) is fresh.presence(table)
            assert asked.column_nullable(table, "c") is fresh.column_nullable(table, "c")
            told.add((fresh.presence(table), fresh.column_nullable(table, "c")))
    assert len(told) == 5  # every answer that there is


def test_a_table_that_every_revision_asks_for_is_replayed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 200
    bodies = {
        f"r{n:03}": MADE.format("t") if n == 0 else f"op.add_column('t', sa.Column('c{n}', sa.Integer))"
        for n in range(size)
    }
    project = Project(bodies)
    replayed: list[str | None] = []
    run = Replay.run
    monkeypatch.setattr(
        Replay,
        "run",
        lambda self, effects, revision=None: (replayed.append(revision), run(self, effects, revision))[-1],
    )
    for _ in range(2):
        for at, revision in enumerate(bodies):
            assert (project.history.before(revision, ["t"]).column_nullable("t", f"c{at - 1}") is True) == (at > 1)
    assert replayed == list(bodies)[:-1]


# -- time ---------------------------------------------------------------------------------------------------------


def test_one_revision_on_a_long_history_is_asked_in_a_moment() -> None:
    """The files are generated as autogenerate writes them; a few of 5,000 are read."""
    size = 5000
    bodies = {f"r{n:05}": MADE.format(f"table_{n // 5}") for n in range(size)}
    project = Project(bodies)
    sources = {one: text.encode() for one, text in project.sources.items()}

    def ask() -> None:
        project.read.clear()
        texts = Texts(project.graph.ids, sources.__getitem__)
        project.history = History(Reach(project.graph), texts, project.effects, Names("postgresql"))
        seen = project.history.before(f"r{size - 1:05}", ["table_3"])
        assert seen.column_nullable("table_3", "c") is False
        assert len(project.read) == 5

    assert seconds_of(ask, enough=1.0) < 2.0
