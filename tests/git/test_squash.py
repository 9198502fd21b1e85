"""A squash in a real repository: what proves itself passes, and every other way of deleting what is released does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from git.repository import Repository, outside_of_ci, said
from headway.api.lint import LintOptions, lint
from headway.api.project import open_project
from headway.api.squash import Squashed, Wanted, squash
from headway.errors import HeadwayError, UsageError

from git.repository import TODAY  # isort: skip

TABLE = 'op.create_table("{name}", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("n", sa.Text()))'
ROWS = "op.execute(\"INSERT INTO t_b2 VALUES (1, 'one'), (2, 'two')\")"


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """a1 -> b2 -> c3 -> d4 on the base; b2 makes a table, and c3 fills it."""
    outside_of_ci(monkeypatch)
    made = Repository(tmp_path / "p")
    made.revision("a1")
    made.revision("b2", "a1", TABLE.format(name="t_b2"))
    made.revision("c3", "b2", ROWS, down_body='op.execute("DELETE FROM t_b2")')
    made.revision("d4", "c3")
    made.commit(released=True)
    made.branch("squashing")
    return made


def squashed(r: Repository, start: str | None = "b2", end: str = "c3", **more: object) -> Squashed:
    options: dict[str, object] = {"headway_only": True, "keep_operations": True, "revision": "s9", **more}
    project = open_project([str(r.place / "alembic.ini")])
    return squash(project, Wanted(start, end, **options), lambda line: None)  # type: ignore[arg-type]


def names(r: Repository) -> list[str]:
    return sorted(path.name for path in r.versions.glob("*.py"))


def fake(r: Repository, up: str, *, replaces: str = "('b2', 'c3')", down: str | None = "a1", child: str = "s9") -> None:
    """What somebody writes by hand who deletes b2 and c3."""
    for name in ("b2", "c3"):
        (r.versions / f"{name}.py").unlink()
    r.revision("s9", down, up, more=f"replaces = {replaces}")
    path = r.versions / "d4.py"
    path.write_text(path.read_text().replace("'c3'", f"'{child}'"))


# -- what passes ------------------------------------------------------------------------------------------------


def test_a_squash_passes_and_is_proved_again(released: Repository) -> None:
    done = squashed(released)
    assert (done.replaced, done.followers, done.notes) == (("b2", "c3"), ("d4",), ())
    assert names(released) == ["a1.py", "d4.py", "s9_squash_of_b2_to_c3.py"]
    report = released.judge(kinds=("sqlite",))
    assert (report.exit_code, said(report), report.heads) == (0, set(), ("d4",)), report.stages
    (stage,) = [stage for stage in report.stages if stage.name.startswith("squash")]
    assert (stage.name, stage.summary) == ("squash s9 (sqlite)", "the same schema and rows as b2 to c3")
    # When it is merged nobody asks any more, and what follows it is judged as ever.
    released.commit(released=True)
    released.branch("after")
    released.revision("e5", "d4")
    report = released.judge(kinds=("sqlite",))
    assert (report.exit_code, said(report)) == (0, set()), report.stages
    assert not [stage for stage in report.stages if stage.name.startswith("squash")]


def test_a_whole_beginning_is_written_from_what_it_leads_to(released: Repository) -> None:
    done = squashed(released, None, "d4", keep_operations=False)
    text = (released.place / done.file).read_text()
    assert "op.create_table('t_b2'," in text
    assert "{'id': 2, 'n': 'two'}" in text
    assert "INSERT" not in text
    assert names(released) == ["s9_squash_of_a1_to_d4.py"]
    report = released.judge(kinds=("sqlite",))
    assert (report.exit_code, said(report)) == (0, set()), report.stages


def test_a_squash_of_a_squash_stands_for_all_of_them(released: Repository) -> None:
    squashed(released)
    released.commit(released=True)
    released.branch("again")
    squashed(released, "s9", "d4", revision="t9")
    assert 'replaces = ("b2", "c3", "s9", "d4")' in (released.versions / "t9_squash_of_s9_to_d4.py").read_text()
    report = released.judge(kinds=("sqlite",))
    assert (report.exit_code, said(report)) == (0, set()), report.stages


def test_what_lies_beside_the_replaced_files_is_there_for_the_proof(released: Repository) -> None:
    released.on_main()
    (released.versions / "rows.sql").write_text("INSERT INTO t_b2 VALUES (3, 'three')")
    path = released.versions / "c3.py"
    read = "op.execute(__import__('pathlib').Path(__file__).with_name('rows.sql').read_text())"
    path.write_text(path.read_text().replace(ROWS, read))
    released.commit(released=True)
    released.branch("reading")
    done = squashed(released)
    assert released.judge(kinds=("sqlite",)).exit_code == 0
    # Written by hand, the file may go as well: the old way has it from the base.
    text = (released.place / done.file).read_text()
    (released.place / done.file).write_text(text.replace(read, "op.execute(\"INSERT INTO t_b2 VALUES (3, 'three')\")"))
    (released.versions / "rows.sql").unlink()
    assert released.judge(kinds=("sqlite",)).exit_code == 0


# -- what does not ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "difference"),
    [
        (TABLE.format(name="t_b2"), "rows of t_b2"),
        (f"{TABLE.format(name='t_b2')}\n    {ROWS.replace('two', 'too')}", "- (2, 'two'); + (2, 'too')"),
        (f"{TABLE.format(name='t_other')}", "- table t_b2"),
        ("pass", "- table t_b2"),
        ('op.execute("SELECT * FROM nowhere")', "the squash fails"),
    ],
    ids=["no rows", "another row", "another table", "nothing", "it fails"],
)
def test_a_fake_squash_is_found_by_the_proof(released: Repository, up: str, difference: str) -> None:
    fake(released, up)
    report = released.judge(kinds=("sqlite",))
    found = [finding for finding in report.open_findings if finding.code == "HIS006"]
    assert report.exit_code == 1
    assert difference in " ".join(finding.message for finding in found), report.stages
    assert {stage.status.value for stage in report.stages if stage.name == "squash s9 (sqlite)"} == {"fail"}


@pytest.mark.parametrize(
    ("arguments", "found", "why"),
    [
        ({"down": None}, {("HIS007", "s9")}, "it follows nothing, and what it replaces follows a1"),
        ({"replaces": "('b2', 'c3', 'x9')"}, {("HIS007", "s9")}, "the base has no x9"),
        ({"replaces": "('c3', 'b2')"}, {("HIS007", "s9")}, "it names c3 before b2, which ran first"),
        ({"replaces": "('b2',)"}, {("HIS002", "c3"), ("HIS001", "d4")}, None),
        ({"replaces": "('c3',)"}, {("HIS002", "b2")}, "it follows a1, and what it replaces follows b2"),
        ({"replaces": "('x8', 'x9')"}, {("HIS002", "b2"), ("HIS002", "c3")}, "the base has no x8 or x9"),
        ({"child": "a1"}, {("HIS001", "d4")}, None),
    ],
)
def test_a_squash_that_does_not_take_the_place(
    released: Repository, arguments: dict[str, str], found: set[tuple[str, str]], why: str | None
) -> None:
    fake(released, f"{TABLE.format(name='t_b2')}\n    {ROWS}", **arguments)  # type: ignore[arg-type]
    report = released.judge()
    assert report.exit_code == 1
    assert found <= said(report)
    if why is not None:
        assert why in " ".join(finding.message for finding in report.open_findings if finding.code == "HIS007")


def test_reading_alone_proves_nothing_and_says_so(released: Repository) -> None:
    squashed(released)
    for report in (
        released.judge(),  # without a replay
        lint(open_project([str(released.place / "alembic.ini")]), LintOptions(), TODAY),
    ):
        assert (report.exit_code, said(report)) == (1, {("HIS006", "s9")})


def test_an_id_that_is_added_to_a_released_squash_is_found(released: Repository) -> None:
    done = squashed(released)
    released.commit(released=True)
    released.branch("more")
    (released.versions / "d4.py").unlink()
    path = released.place / done.file
    path.write_text(path.read_text().replace('"c3")', '"c3", "d4")'))
    assert said(released.judge()) == {("HIS002", "d4"), ("HIS001", "s9")}


def test_a_branch_from_before_the_squash(released: Repository) -> None:
    """It follows what is replaced by now: told where to go, and no false alarm before it has anything new."""
    released.branch("old")
    released.git("checkout", "-q", "squashing")
    squashed(released, "b2", "d4")
    released.commit(released=True)
    released.git("checkout", "-q", "old")
    assert released.judge().exit_code == 0
    released.revision("e5", "d4")
    assert said(released.judge()) == {("REV012", "e5")}
    released.commit()
    released.git("merge", "-q", "--no-edit", "origin/main")
    (finding,) = [finding for finding in released.judge().open_findings if finding.code == "REV004"]
    assert (finding.revision, finding.help) == ("e5", "'d4' was replaced by the squash 's9': name that.")


# -- what the command refuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "arguments", "why"),
    [
        (lambda r: None, {"headway_only": False}, "Alembic does not know 'replaces'"),
        (lambda r: None, {"keep_operations": False}, "b2 finds tables that are there already"),
        (lambda r: None, {"end": "b2"}, "one revision, and nothing to squash"),
        (lambda r: None, {"start": "d4", "end": "a1"}, "d4"),
        (lambda r: None, {"revision": "a1"}, "revision id a1 is already taken"),
        (lambda r: r.revision("x5", "b2"), {}, "x5, which is outside, follows b2"),
        (lambda r: r.revision("x5", "a1", needs="b2"), {}, "x5, which is outside, depends on b2"),
        (lambda r: r.revision("e5", "d4"), {"end": "e5"}, "this file is not in git as it is here"),
        (lambda r: (r.revision("e5", "d4"), r.commit()), {"end": "e5"}, "e5: new on this branch"),
        (
            lambda r: (r.versions / "b2.py").write_text((r.versions / "b2.py").read_text() + "# x\n"),
            {},
            "not in git as",
        ),
        (lambda r: (r.place / ".headway.yml").write_text("scratch: {start: c3, kinds: sqlite}\n"), {}, "scratch.start"),
    ],
)
def test_what_is_refused_changes_nothing(
    released: Repository, build: object, arguments: dict[str, object], why: str
) -> None:
    build(released)  # type: ignore[operator]
    before = {path: path.read_bytes() for path in released.versions.iterdir() if path.is_file()}
    with pytest.raises(HeadwayError) as raised:
        squashed(released, **arguments)
    assert why in raised.value.message
    assert {path: path.read_bytes() for path in released.versions.iterdir() if path.is_file()} == before


def test_an_untrusted_project_is_not_squashed(released: Repository) -> None:
    project = open_project([str(released.place / "alembic.ini")], untrusted=True)
    with pytest.raises(UsageError, match="executes the project's code"):
        squash(project, Wanted("b2", "c3", headway_only=True), lambda line: None)


def test_what_cannot_be_written_down_is_refused_with_the_difference(released: Repository) -> None:
    """A trigger is no part of what a comparison of models sees: the rehearsal is, and says which it is."""
    released.on_main()
    trigger = "CREATE TRIGGER keeps AFTER INSERT ON t_b2 BEGIN SELECT 1; END"
    released.revision("e5", "d4", f'op.execute("{trigger}")', down_body='op.execute("DROP TRIGGER keeps")')
    released.commit(released=True)
    released.branch("triggers")
    with pytest.raises(HeadwayError, match="not the same as a1 to e5 on sqlite: nothing was changed") as raised:
        squashed(released, None, "e5", keep_operations=False)
    assert [line for line in raised.value.differences if line.startswith("- trigger keeps")]  # type: ignore[attr-defined]
    assert "--keep-operations" in (raised.value.hint or "")
    assert names(released) == [f"{name}.py" for name in ("a1", "b2", "c3", "d4", "e5")]
    squashed(released, None, "e5")
    assert released.judge(kinds=("sqlite",)).exit_code == 0


@pytest.mark.parametrize(
    ("down_body", "note", "said_irreversible"),
    [
        ("raise NotImplementedError", "its downgrade cannot be gone, as those of the replaced revisions cannot", True),
        ('op.execute("CREATE TABLE IF NOT EXISTS left_over (id)")', "leaves behind what those of the replaced", False),
    ],
)
def test_a_way_back_need_be_no_better_than_it_was(
    released: Repository, down_body: str, note: str, said_irreversible: bool
) -> None:
    released.on_main()
    path = released.versions / "c3.py"
    path.write_text(path.read_text().replace('op.execute("DELETE FROM t_b2")', down_body))
    released.commit(released=True)
    released.branch("no-way-back")
    done = squashed(released)
    assert note in done.notes[0]
    assert ("irreversible = 'b2 to c3 had no way back" in (released.place / done.file).read_text()) == said_irreversible
    report = released.judge(kinds=("sqlite",))
    assert said(report) == (set() if said_irreversible else {("DWN005", "s9")}), report.stages
    assert {stage.status.value for stage in report.stages if stage.name == "squash s9 (sqlite)"} == {"pass"}
    # A squash that is worse than what it replaces is not the same.
    (released.place / done.file).write_text(
        (released.place / done.file)
        .read_text()
        .replace("irreversible =", "was =")
        .replace(down_body, "op.bulk_insert()")
    )
    if not said_irreversible:
        assert ("HIS006", "s9") in said(released.judge(kinds=("sqlite",)))


def test_values_that_every_run_makes_anew(released: Repository) -> None:
    released.on_main()
    rows = 'op.execute("INSERT INTO t_b2 VALUES (9, hex(randomblob(9)))")'
    released.revision("e5", "d4", rows, down_body='op.execute("DELETE FROM t_b2 WHERE id = 9")')
    released.commit(released=True)
    released.branch("anew")
    with pytest.raises(HeadwayError, match="not the same"):
        squashed(released, None, "e5", keep_operations=False)
    done = squashed(released, None, "e5")
    assert done.notes == ("t_b2.n: made anew by each run, so that its values were not compared",)


def test_what_followed_and_needed_the_end_names_the_squash(released: Repository) -> None:
    released.on_main()
    released.revision("x5", "a1", needs="c3")
    released.revision("m6", ("c3", "x5"), "pass")
    released.commit(released=True)
    released.branch("both")
    done = squashed(released)
    assert sorted(done.followers) == ["d4", "m6", "x5"]
    assert "depends_on = 's9'" in (released.versions / "x5.py").read_text()
    assert "down_revision = ('s9', 'x5')" in (released.versions / "m6.py").read_text()
    assert "Revises: s9, x5" in (released.versions / "m6.py").read_text()
    report = released.judge(kinds=("sqlite",))
    assert said(report) == {("REV001", "d4"), ("REV001", "m6"), ("REV010", "m6")}, report.stages  # as it was
    assert {stage.status.value for stage in report.stages if "(" in stage.name} == {"pass"}


@pytest.mark.parametrize("kept", [True, False])
def test_an_interrupted_proof_leaves_nothing_behind(
    released: Repository, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    import headway.api.squash as module

    def interrupted(*arguments: object) -> None:
        assert len(names(released)) == 5  # it is beside what it replaces
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "prove", interrupted)
    with pytest.raises(KeyboardInterrupt):
        squashed(released, None, "d4", keep_operations=kept)
    assert names(released) == ["a1.py", "b2.py", "c3.py", "d4.py"]
    assert released.git("status", "--short") == ""


def test_a_policy_that_names_the_end_means_the_squash(released: Repository) -> None:
    released.on_main()
    (released.place / ".headway.yml").write_text("scratch: {start: start.sql}\n")
    (released.place / "start.sql").write_text(
        "-- headway: stands at c3\nCREATE TABLE t_a1 (id INTEGER);\nCREATE TABLE t_b2 (id INTEGER);\n"
    )
    released.commit(released=True)
    released.branch("policy")
    with pytest.raises(HeadwayError, match="scratch databases begin where b2, c3 has run already"):
        squashed(released)
    (released.place / ".headway.yml").write_text("baseline: c3\n")
    squashed(released)
    released.commit(released=True)
    (released.place / ".headway.yml").write_text("baseline: c3\nscratch: {start: start.sql}\n")
    report = released.judge(kinds=("sqlite",))
    assert (report.exit_code, report.examined.new) == (0, 1), report.stages  # d4 alone is new


def test_an_env_py_that_migrates_nothing_proves_nothing(released: Repository) -> None:
    released.on_main()
    (released.place / "m" / "env.py").write_text("")
    released.commit(released=True)
    released.branch("nothing")
    with pytest.raises(HeadwayError, match=r"did not call context.run_migrations"):
        squashed(released)


def test_files_are_back_when_one_of_them_cannot_be_written(
    released: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    import headway.script.exchange as module

    before = {path: path.read_bytes() for path in released.versions.glob("*.py")}
    write = module.write_text

    def full(path: str, text: str) -> list[str]:
        if path.endswith("d4.py"):
            raise OSError(28, "No space left on device")
        return write(path, text)

    monkeypatch.setattr(module, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        squashed(released)
    assert {path: path.read_bytes() for path in released.versions.glob("*.py")} == before
