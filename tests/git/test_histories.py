"""What a branch does to the history, with real git: the right verdict, the right remedy, and clean when it is obeyed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from git.repository import Repository, outside_of_ci, said
from headway.api.lint import LintOptions, choose_scope
from headway.api.project import open_project
from headway.api.rebase import rebase
from headway.errors import HeadwayError

Build = Callable[[Repository], object]
HISTORIES: dict[str, tuple[Build, set[tuple[str, str | None]], int]] = {}
"""By name: what builds it, the findings that are right (code and revision), and the exit code."""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    outside_of_ci(monkeypatch)
    made = Repository(tmp_path / "p")
    made.revision("a1")
    made.revision("b2", "a1")
    made.commit(released=True)
    made.branch("mine")
    return made


def history(name: str, *found: tuple[str, str | None], code: int | None = None) -> Callable[[Build], Build]:
    def note(build: Build) -> Build:
        HISTORIES[name] = (build, set(found), (1 if found else 0) if code is None else code)
        return build

    return note


# -- what passes ------------------------------------------------------------------------------------------------

history("nothing is new")(lambda r: None)
history("a new revision")(lambda r: r.revision("c3", "b2"))
history("two new revisions in a line")(lambda r: (r.revision("c3", "b2"), r.revision("d4", "c3")))
history("not committed yet")(lambda r: (r.revision("c3", "b2"), r.git("add", "-A")))
history("a file is renamed, its id stays")(lambda r: r.git("mv", "m/versions/b2.py", "m/versions/other.py"))


@history("the folder of versions is moved")
def _(r: Repository) -> None:
    move(r)


@history("main has moved on without a revision")
def _(r: Repository) -> None:
    r.revision("c3", "b2")
    r.commit()
    r.on_main()
    (r.place / "README").write_text("words")
    r.commit(released=True)
    r.git("checkout", "-q", "mine")


@history("main is merged, and the new revision follows what it has")
def _(r: Repository) -> None:
    main_gets(r, "m3")
    r.git("merge", "-q", "--no-edit", "origin/main")
    r.revision("c3", "m3")


@history("a merge of two released heads")
def _(r: Repository) -> None:
    r.on_main()
    r.revision("y3", "b2")
    r.revision("z3", "b2")
    r.commit(released=True)
    r.branch("merging")
    r.revision("m4", ("y3", "z3"), "pass")


@history("words of a released revision", ("HIS005", "b2"), code=0)
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_text(
        path.read_text().replace('"""b2\n', '"""better words\n').replace("def upgrade", "# a word\ndef upgrade")
    )


@history("a released revision is formatted", ("HIS005", "b2"), code=0)
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace('"t_b2", ', "\n        't_b2',\n        "))


@history("a released revision says the same in other words", ("HIS005", "b2"), code=0)
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace('op.create_table("t_b2"', 'name = "t_b2"\n    op.create_table(name'))


@history("ends of lines", ("HIS005", "b2"), code=0)
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_bytes(path.read_bytes().replace(b"import sqlalchemy as sa\n", b"import sqlalchemy as sa\n\n"))


@history("what main has changed itself is merged")
def _(r: Repository) -> None:
    r.on_main()
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace("sa.Integer()", "sa.BigInteger()"))
    r.commit(released=True)
    r.git("checkout", "-q", "mine")
    r.git("merge", "-q", "--no-edit", "origin/main")


@history("main has changed a revision that this branch leaves alone")
def _(r: Repository) -> None:
    r.on_main()
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace("sa.Integer()", "sa.BigInteger()"))
    r.commit(released=True)
    r.git("checkout", "-q", "mine")


@history("a Python file elsewhere that looks like a revision is deleted")
def _(r: Repository) -> None:
    other = r.place / "fixtures"
    other.mkdir()
    (other / "x.py").write_text("revision = 'x9'\ndown_revision = None\n")
    r.on_main()
    r.commit(released=True)
    r.branch("deleting")
    (other / "x.py").unlink()


# -- what is released -------------------------------------------------------------------------------------------

history("the released head is deleted", ("HIS002", "b2"))(lambda r: (r.versions / "b2.py").unlink())


@history("a released revision is deleted and its child re-pointed", ("HIS002", "b2"), ("HIS001", "c3"))
def _(r: Repository) -> None:
    main_gets(r, "c3", "b2")
    r.branch("deleting")
    (r.versions / "b2.py").unlink()
    repoint(r, "c3", "'b2'", "'a1'")


@history("a released revision is re-pointed", ("HIS001", "b2"), ("REV001", "a1"), ("REV001", "b2"), ("REV018", "b2"))
def _(r: Repository) -> None:
    repoint(r, "b2", "'a1'", "None")


@history("a new revision is slipped in below a released one", ("HIS001", "b2"))
def _(r: Repository) -> None:
    r.revision("n1", "a1")
    repoint(r, "b2", "'a1'", "'n1'")


@history("a new revision is slipped in below the first", ("HIS001", "a1"))
def _(r: Repository) -> None:
    r.revision("n0")
    repoint(r, "a1", "None", "'n0'")


@history("a new revision is slipped in by depends_on", ("HIS001", "b2"), ("REV010", "m3"))
def _(r: Repository) -> None:
    r.revision("n1", "a1")
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace("depends_on = None", "depends_on = 'n1'"))
    r.revision("m3", ("n1", "b2"), "pass")


@history("the id of a released revision is changed", ("HIS003", "b2"))
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace('"b2"', '"b2_orders"'))


@history("the id and the file of a released revision are changed", ("HIS003", "b2"))
def _(r: Repository) -> None:
    text = (r.versions / "b2.py").read_text()
    (r.versions / "b2.py").unlink()
    (r.versions / "orders.py").write_text(text.replace('"b2"', '"b2_orders"'))


@history("what a released revision does is changed", ("HIS004", "b2"))
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace("sa.Integer()", "sa.BigInteger()"))


@history("a released downgrade is changed", ("HIS004", "b2"))
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace('op.drop_table("t_b2")', "op.drop_table('t_a1')"))


@history("a released revision gets what nobody can read", ("HIS004", "b2"))
def _(r: Repository) -> None:
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace("op.create_table", "__import__('x').run(op); op.create_table"))


@history(
    "a released revision is re-pointed and changed",
    ("HIS001", "b2"),
    ("HIS004", "b2"),
    ("REV001", "a1"),
    ("REV001", "b2"),
    ("REV018", "b2"),
)
def _(r: Repository) -> None:
    repoint(r, "b2", "'a1'", "None")
    path = r.versions / "b2.py"
    path.write_text(path.read_text().replace("sa.Integer()", "sa.BigInteger()"))


@history("released revisions are squashed by hand", ("HIS002", "a1"), ("HIS002", "b2"))
def _(r: Repository) -> None:
    for name in ("a1", "b2"):
        (r.versions / f"{name}.py").unlink()
    r.revision("s1")


@history("the folder of versions is moved, and one file is lost", ("HIS002", "b2"))
def _(r: Repository) -> None:
    move(r)
    (r.versions / "b2.py").unlink()


@history("another history lies at a new place, and the old files are gone", ("HIS002", "a1"), ("HIS002", "b2"))
def _(r: Repository) -> None:
    move(r)
    for name in ("a1", "b2"):
        (r.versions / f"{name}.py").unlink()
    r.revision("s1")


@history("another history lies at a new place, and the old files stay", ("HIS002", "a1"), ("HIS002", "b2"))
def _(r: Repository) -> None:
    shutil.copytree(r.place / "m", r.place / "migrations")
    shutil.rmtree(r.place / "migrations" / "versions")
    r.versions = r.place / "migrations" / "versions"
    r.versions.mkdir()
    (r.place / "alembic.ini").write_text((r.place / "alembic.ini").read_text().replace("/m\n", "/migrations\n"))
    r.revision("s1")


@history("main itself has deleted a revision")
def _(r: Repository) -> None:
    r.on_main()
    (r.versions / "b2.py").unlink()
    r.commit(released=True)
    r.git("checkout", "-q", "mine")


@history("a deleted file is put back in another folder of versions")
def _(r: Repository) -> None:
    r.git("mv", "m/versions/a1.py", "m/versions/old_a1.py")


# -- after the merge --------------------------------------------------------------------------------------------


@history("two branches have added a head each", ("REV012", "c3"))
def _(r: Repository) -> None:
    r.revision("c3", "b2")
    r.commit()
    main_gets(r, "m3")
    r.git("checkout", "-q", "mine")


@history("both have the same id", ("REV012", "c3"))
def _(r: Repository) -> None:
    r.revision("c3", "b2")
    r.commit()
    main_gets(r, "c3", up='op.create_table("other", sa.Column("id", sa.Integer()))')
    r.git("checkout", "-q", "mine")


@history("both add the same column", ("REV012", "c3"), ("REV017", "c3"))
def _(r: Repository) -> None:
    r.revision("c3", "b2", 'op.add_column("t_b2", sa.Column("note", sa.Text()))')
    r.commit()
    main_gets(r, "m3", up='op.add_column("t_b2", sa.Column("note", sa.Text()))')
    r.git("checkout", "-q", "mine")


@history("one renames what the other indexes", ("REV012", "c3"), ("REV017", "c3"))
def _(r: Repository) -> None:
    r.revision("c3", "b2", 'op.create_index("ix", "t_b2", ["id"])')
    r.commit()
    main_gets(r, "m3", up='op.alter_column("t_b2", "id", new_column_name="key")')
    r.git("checkout", "-q", "mine")


@history("one drops the table that the other refers to", ("REV012", "c3"), ("REV017", "c3"))
def _(r: Repository) -> None:
    r.revision("c3", "b2", 'op.create_foreign_key("fk", "t_b2", "t_a1", ["id"], ["id"])')
    r.commit()
    main_gets(r, "m3", up='op.drop_table("t_a1")')
    r.git("checkout", "-q", "mine")


@history("the other branch is merged, and two heads stand there", ("REV001", "c3"))
def _(r: Repository) -> None:
    r.revision("c3", "b2")
    r.commit()
    main_gets(r, "m3")
    r.git("checkout", "-q", "mine")
    r.git("merge", "-q", "--no-edit", "origin/main")


@history("two heads of this branch alone", ("REV001", "c3"), ("REV001", "d3"))
def _(r: Repository) -> None:
    r.revision("c3", "b2")
    r.revision("d3", "b2")


def move(r: Repository) -> None:
    r.git("mv", "m", "migrations")
    (r.place / "alembic.ini").write_text((r.place / "alembic.ini").read_text().replace("/m\n", "/migrations\n"))
    r.versions = r.place / "migrations" / "versions"


def main_gets(r: Repository, id_: str, down: str = "b2", up: str | None = None) -> None:
    """Somebody else's revision is merged into main."""
    r.on_main()
    r.revision(id_, down, up)
    r.commit(released=True)


def repoint(r: Repository, id_: str, old: str, new: str) -> None:
    path = r.versions / f"{id_}.py"
    text = path.read_text()
    assert f"down_revision = {old}" in text
    path.write_text(text.replace(f"down_revision = {old}", f"down_revision = {new}"))


@pytest.mark.parametrize("name", HISTORIES)
def test_history(name: str, repository: Repository) -> None:
    build, found, code = HISTORIES[name]
    build(repository)
    report = repository.judge()
    heeded = {(c, r) for c, r in said(report) if c.startswith(("REV", "HIS", "CFG"))}
    assert heeded == found
    bad = [
        f for f in report.open_findings if not f.code.startswith(("REV", "HIS", "CFG")) and f.severity.value == "error"
    ]
    assert report.exit_code == (1 if bad else code)
    assert all(finding.file and finding.line for finding in report.open_findings)


# -- remedies ---------------------------------------------------------------------------------------------------


def rebased(repository: Repository) -> list[str]:
    project = open_project([str(repository.place / "alembic.ini")])
    return [f"{one.revision} on {','.join(one.parents)}" for one in rebase(project, None, None)]


@pytest.mark.parametrize("other", ["m3", "zz"], ids=["sorts before", "sorts after"])
def test_after_rebase_the_history_is_clean_and_runs(repository: Repository, other: str) -> None:
    repository.revision("n3", "b2")
    repository.revision("o4", "n3")
    repository.commit()
    main_gets(repository, other)
    repository.git("checkout", "-q", "mine")
    assert ("REV012", "o4") in said(repository.judge())
    repository.git("merge", "-q", "--no-edit", "origin/main")
    assert rebased(repository) == [f"n3 on {other}"]
    text = (repository.versions / "n3.py").read_text()
    assert f"Revises: {other}" in text and f"down_revision = '{other}'" in text
    report = repository.judge(kinds=("sqlite",))
    assert (report.exit_code, said(report), report.heads) == (0, set(), ("o4",))
    assert rebased(repository) == []


def test_several_lines_of_one_branch_follow_each_other(repository: Repository) -> None:
    repository.revision("c3", "b2")
    repository.revision("d3", "b2")
    assert rebased(repository) == ["d3 on c3"]
    assert repository.judge().exit_code == 0


def test_rebase_keeps_every_other_byte(repository: Repository) -> None:
    path = repository.revision("c3", "b2")
    text = path.read_text().replace("down_revision = 'b2'", 'down_revision: Union[str, None] = "b2"  # Überschrift')
    path.write_bytes(text.replace("\n", "\r\n").encode())
    repository.commit()
    main_gets(repository, "m3")
    repository.git("checkout", "-q", "mine")
    repository.git("merge", "-q", "--no-edit", "origin/main")
    assert rebased(repository) == ["c3 on m3"]
    expected = text.replace('"b2"  #', '"m3"  #').replace("Revises: b2", "Revises: m3").replace("\n", "\r\n")
    assert path.read_bytes() == expected.encode()


def test_rebase_changes_nothing_where_it_does_not_understand(repository: Repository) -> None:
    first, second = repository.revision("c3", "b2"), repository.revision("d3", "b2")
    second.write_text(second.read_text().replace("down_revision = 'b2'", "PARENT = 'b2'\ndown_revision = PARENT"))
    repository.commit()
    main_gets(repository, "m3")
    repository.git("checkout", "-q", "mine")
    repository.git("merge", "-q", "--no-edit", "origin/main")
    before = first.read_bytes(), second.read_bytes()
    with pytest.raises(HeadwayError, match="not a plain literal"):
        rebased(repository)
    assert (first.read_bytes(), second.read_bytes()) == before


@pytest.mark.parametrize("names", [("y3", "z3"), ("z3", "y3")], ids=["one order", "the other"])
@pytest.mark.parametrize("merge_id", ["0m", "zm"])
def test_a_correct_merge_passes_whatever_the_order_of_ids(
    repository: Repository, names: tuple[str, str], merge_id: str
) -> None:
    released, mine = names
    main_gets(repository, released)
    repository.branch("merging")
    repository.revision(mine, "b2")
    assert {code for code, _ in said(repository.judge())} == {"REV001"}
    repository.revision(merge_id, (released, mine), "pass")
    report = repository.judge(kinds=("sqlite",))
    assert (report.exit_code, said(report)) == (0, set()), report.stages


@pytest.mark.parametrize("expected", ["2", "[one, two]"])
def test_heads_that_are_expected_pass_through_every_stage(repository: Repository, expected: str) -> None:
    (repository.place / ".headway.yml").write_text(f"expected_heads: {expected}\n")
    repository.on_main()
    repository.commit(released=True)
    repository.branch("more")
    repository.revision("y3", "b2", more="branch_labels = 'one'")
    repository.revision("x3", "b2", more="branch_labels = 'two'")
    report = repository.judge(kinds=("sqlite",))
    assert (report.exit_code, said(report)) == (0, set()), report.stages


# -- events -----------------------------------------------------------------------------------------------------


def test_a_baseline_that_only_this_branch_has_is_refused(repository: Repository) -> None:
    repository.revision("c3", "b2", 'op.drop_table("t_b2")')
    (repository.place / ".headway.yml").write_text("baseline: c3\n")
    with pytest.raises(HeadwayError, match="is not on origin/main"):
        repository.judge()


def test_a_baseline_does_not_hide_what_is_done_to_the_released(repository: Repository) -> None:
    (repository.place / ".headway.yml").write_text("baseline: a1\n")
    (repository.versions / "b2.py").unlink()
    assert ("HIS002", "b2") in said(repository.judge())


def test_new_revisions_are_counted_against_the_tip_and_not_a_stale_branch(repository: Repository) -> None:
    repository.git("branch", "-f", "main", "HEAD")  # a local main that nobody has pulled
    main_gets(repository, "m3")
    repository.branch("from-the-tip")
    repository.revision("c3", "m3")
    project = open_project([str(repository.place / "alembic.ini")])
    assert choose_scope(project, LintOptions()).new == {"c3"}
