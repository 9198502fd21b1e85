"""``headway lint --fix``: what it writes runs, leads to the same schema and back, leaves nothing to find, and touches no
released revision."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import Program

ENV = """
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
with create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
HEAD = '"""{id}\n\nRevision ID: {id}\nRevises: {down}\n"""\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = "{id}"\n'
BASE = """
def upgrade():
    op.create_table("a", sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer))
    op.create_table("c", sa.Column("id", sa.Integer, primary_key=True))
    op.create_index("ix_old", "a", ["b"])


def downgrade():
    op.drop_table("a")
    op.drop_table("c")
"""
MORE = """
def upgrade():
    # ### commands auto generated ###
    op.drop_index("ix_old", table_name="a")
    op.add_column("a", sa.Column("c_id", sa.Integer()))
    op.create_index("ix_a_c", "a", ["c_id", sa.text("b")])
    op.create_foreign_key("fk_a_c", "a", "c", ["c_id"], ["id"])
    op.create_check_constraint(op.f("ck_b"), "a", "b > 0")
    # ### end ###


def downgrade():
    op.drop_constraint("ck_b", "a", type_="check")
    op.drop_constraint("fk_a_c", "a", type_="foreignkey")
    op.create_index("ix_old", "a", ["b"])
    op.drop_index("ix_a_c", "a")
    op.drop_column("a", "c_id")
"""
LAST = """
def upgrade():
    op.create_index("ix_c", "c", ["id"])


def downgrade():
    op.drop_index("ix_c", "c")
"""


class Branch:
    """A repository whose main branch has ``a1``, and a branch with more."""

    def __init__(self, place: Path, headway: Program, policy: str = "dialects: [postgresql]\n") -> None:
        self.place, self.headway = place, headway
        self.versions = place / "m" / "versions"
        self.versions.mkdir(parents=True)
        (place / "m" / "env.py").write_text(ENV)
        (place / "alembic.ini").write_text(
            "[alembic]\nscript_location = %(here)s/m\nsqlalchemy.url = postgresql://x/y\n"
        )
        (place / ".headway.yml").write_text(policy)
        self.add("a1", "", BASE)
        self.git("init", "-q", "-b", "main")
        self.commit()
        self.git("checkout", "-q", "-b", "feature")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=self.place, check=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")

    def add(self, id_: str, down: str, body: str, more: str = "") -> None:
        head = HEAD.format(id=id_, down=down) + f"down_revision = {down!r}\n{more}\n".replace("''", "None")
        (self.versions / f"{id_}.py").write_text(head + body)

    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.versions.glob("*.py")}

    def codes(self) -> list[str]:
        done = self.headway("lint", "--base", "main", "--format", "github", cwd=self.place)
        return sorted(re.findall(r"title=(\w{3}\d{3})", done.out))


@pytest.fixture
def branch(tmp_path: Path, headway: Program, monkeypatch: pytest.MonkeyPatch) -> Branch:
    for name in ("GITHUB_EVENT_NAME", "GITHUB_BASE_REF", "CI_COMMIT_BRANCH", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    made = Branch(tmp_path, headway)
    made.add("b2", "a1", MORE)
    made.add("c3", "b2", LAST)
    made.commit()
    return made


SCHEMA = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT conname, pg_get_constraintdef(oid), contype::text, convalidated FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexname, indexdef, '', true FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2
"""


def schema(url: str) -> list[tuple[object, ...]]:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(SCHEMA)]


def way(branch: Branch, url: str) -> list[list[tuple[object, ...]]]:
    """The schema after the way up, and after the way down to the released revision and up again."""
    ini = branch.place / "alembic.ini"
    text = ini.read_text()
    ini.write_text(text.replace("postgresql://x/y", url.replace("%", "%%")))
    found = []
    try:
        for command in (("upgrade", "head"), ("downgrade", "a1"), ("upgrade", "head"), ("downgrade", "base")):
            done = branch.headway(*command, cwd=branch.place)
            assert done.code == 0, done.err
            found.append([row for row in schema(url) if "alembic_version" not in str(row)])
    finally:
        ini.write_text(text)
    return found


def test_what_is_mended_runs_and_leads_to_the_same_schema(branch: Branch, postgresql_url: str) -> None:
    before = way(branch, postgresql_url)
    assert before[0] and before[0] == before[2] and before[3] == []
    assert {"LCK101", "LCK102", "LCK107", "LCK108"} <= set(branch.codes())
    done = branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert "headway: m/versions/b2.py:17: LCK101 mended\n" in done.err
    assert done.err.count(": new revision ") == 2
    assert not {
        "LCK101",
        "LCK102",
        "LCK103",
        "LCK107",
        "LCK108",
        "LCK109",
        "TXN002",
        "TXN006",
        "DWN001",
        "REV001",
    } & set(branch.codes())
    assert way(branch, postgresql_url) == before


def test_a_diff_changes_nothing_and_says_what_fix_does(branch: Branch) -> None:
    texts = branch.texts()
    done = branch.headway("lint", "--base", "main", "--diff", cwd=branch.place)
    assert done.code == 1
    assert branch.texts() == texts
    subprocess.run(["git", "apply", "-"], input=done.out, cwd=branch.place, text=True, check=True)
    applied = branch.texts()
    branch.git("checkout", "-q", ".")
    branch.git("clean", "-qfd", "m")
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert branch.texts() == applied
    assert set(applied) - set(texts)
    again = branch.headway("lint", "--base", "main", "--diff", cwd=branch.place)
    assert (again.code, again.out) == (0, "")


def test_a_child_follows_the_last_of_the_parts(branch: Branch) -> None:
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    heads = branch.headway("heads", cwd=branch.place)
    assert heads.out == "c3 (head)\n"
    history = branch.headway("history", cwd=branch.place).out.splitlines()
    assert len(history) == 5
    assert history[-1].startswith("<base> -> a1") and history[-2].startswith("a1 -> b2")


@pytest.mark.parametrize("policy", ["dialects: [postgresql]\n", "dialects: [postgresql]\nbaseline: a1\n"])
def test_what_the_base_has_is_left_alone(branch: Branch, policy: str) -> None:
    """Newer than the baseline it may be, and yet it is released."""
    (branch.place / ".headway.yml").write_text(policy)
    branch.commit()
    branch.git("branch", "-f", "main")
    branch.add("d4", "c3", LAST.replace("ix_c", "ix_d"))
    texts = branch.texts()
    done = branch.headway("lint", "--fix", cwd=branch.place)
    assert done.err.count(" mended") == 1, done.err
    after = branch.texts()
    assert after.keys() == texts.keys()
    assert [name for name in after if after[name] != texts[name]] == ["d4.py"]


def test_nothing_that_tells_what_is_released_is_an_error(branch: Branch) -> None:
    subprocess.run(["rm", "-rf", ".git"], cwd=branch.place, check=True)
    texts = branch.texts()
    done = branch.headway("lint", "--fix", cwd=branch.place)
    assert done.code == 2
    done.assert_one_clear_line("nothing tells which revisions are this branch's own")
    assert branch.texts() == texts


def test_both_at_once_is_an_error(branch: Branch) -> None:
    done = branch.headway("lint", "--fix", "--diff", cwd=branch.place)
    assert done.code == 2
    done.assert_one_clear_line("--fix and --diff cannot go together")


def test_accepted_findings_stay(branch: Branch) -> None:
    path = branch.versions / "c3.py"
    line = '    op.create_index("ix_c", "c", ["id"])'
    path.write_text(path.read_text().replace(line, f'{line}  # headway: ignore[LCK101] reason="small"'))
    text = path.read_text().partition("def upgrade")[2]
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert path.read_text().partition("def upgrade")[2] == text


def test_other_databases_are_spared_what_is_postgresqls(branch: Branch) -> None:
    (branch.place / ".headway.yml").write_text("dialects: [postgresql, sqlite]\n")
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    (text,) = [text for name, text in branch.texts().items() if "validate" in name]
    assert '    if op.get_context().dialect.name == "postgresql":\n        op.execute(' in text


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        # Behind it stands what needs it, or may.
        ("    # ### end ###", '    op.execute(sa.text("SELECT f()"))', "ix_a_c"),
        ("    # ### end ###", '    op.drop_column("a", "c_id")', "ix_a_c"),
        ("    # ### end ###", '    op.drop_index("ix_a_c", "a")', "ix_a_c"),
        # It is no statement of the function itself.
        ('    op.create_index("ix_a_c"', '    if sa:\n        op.create_index("ix_a_c"', "ix_a_c"),
        ('    op.create_index("ix_a_c"', '    made = op.create_index("ix_a_c"', "ix_a_c"),
        # It needs what only this file has.
        ('sa.text("b")', "EXPRESSION", "ix_a_c"),
        # Nothing says what the way back is.
        ('    op.drop_index("ix_a_c", "a")\n', "", "ix_a_c"),
        ('    op.create_index("ix_old", "a", ["b"])\n', "", "ix_old"),
        # Something behind it needs a unique index, or is why it goes.
        (
            '"b")])\n',
            '"b")], unique=True)\n    op.create_table("d", sa.Column("x", sa.Integer, sa.ForeignKey("a.c_id")))\n',
            "ix_a_c",
        ),
        (
            '"b")])\n',
            '"b")], unique=True)\n    op.execute("INSERT INTO a (id) VALUES (1) ON CONFLICT (c_id) DO NOTHING")\n',
            "ix_a_c",
        ),
        ("    # ### end ###", '    op.execute("INSERT INTO a (id, b) VALUES (1, 1)")', "ix_old"),
        ("    # ### end ###", """    op.execute("COMMENT ON INDEX ix_a_c IS 'x'")""", "ix_a_c"),
        # What is written at it would be lost, or be left behind.
        ('"b")])\n', '"b")])  # keep, see #12\n', "ix_a_c"),
        ('    op.create_index("ix_a_c"', '    # the page of orders is slow\n    op.create_index("ix_a_c"', "ix_a_c"),
        # A convention of the metadata may complete the name; another name, or none, may stand behind it.
        ('op.f("ck_b")', '"ck_b"', "ck_b"),
        ("    # ### end ###", '    op.rename_table("a", "z")', "ck_b"),
        ("    # ### end ###", '    op.drop_constraint("ck_b", "a")', "ck_b"),
        # A name that a text, a pattern or quotes would change.
        ('"fk_a_c", "a", "c"', '"fk:a", "a", "c"', "fk:a"),
    ],
)
def test_what_cannot_come_later_stays(branch: Branch, old: str, new: str, left: str) -> None:
    path = branch.versions / "b2.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    made = "".join(text for name, text in branch.texts().items() if name not in ("a1.py", "b2.py", "c3.py"))
    assert left not in made
    assert left in path.read_text().partition("def upgrade")[2].partition("def downgrade")[0]
    compile(path.read_text(), "b2.py", "exec")


def test_a_function_that_loses_everything_keeps_a_body(tmp_path: Path, headway: Program, branch: Branch) -> None:
    body = MORE.replace('    op.drop_constraint("ck_b", "a", type_="check")\n', "")
    body = body.replace('    op.drop_constraint("fk_a_c", "a", type_="foreignkey")\n', "").replace(
        '    op.drop_column("a", "c_id")\n', ""
    )
    branch.add("b2", "a1", body)
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    text = (branch.versions / "b2.py").read_text()
    compile(text, "b2.py", "exec")
    assert text.endswith("def downgrade():\n    pass\n")


def test_numbers_go_on_counting(branch: Branch) -> None:
    for name in ("b2", "c3"):
        (branch.versions / f"{name}.py").unlink()
    branch.add("0002", "a1", MORE)
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    ids = {re.search(r'^revision = "(\w+)"', text, re.M)[1] for text in branch.texts().values()}  # type: ignore[index]
    assert ids == {"a1", "0002", "0003", "0004"}


def test_a_form_feed_moves_nothing(branch: Branch) -> None:
    """Python's parser counts it as white space, and so does whoever counts lines."""
    for name in ("b2", "c3"):
        path = branch.versions / f"{name}.py"
        path.write_text(
            path.read_text()
            .replace("\nfrom alembic", "\n\x0c\nfrom alembic")
            .replace("\ndef upgrade", "\n\x0c\ndef upgrade")
        )
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    texts = branch.texts()
    assert texts["b2.py"].count("\x0c") == 2 and "ix_a_c" not in texts["b2.py"].partition("def downgrade")[0]
    for name, text in texts.items():
        compile(text, name, "exec")
    assert branch.headway("heads", cwd=branch.place).out == "c3 (head)\n"


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_marks_and_line_ends_stay(branch: Branch, mark: str) -> None:
    for name in ("b2", "c3"):
        path = branch.versions / f"{name}.py"
        path.write_bytes((mark + path.read_text()).replace("\n", "\r\n").encode())
    done = branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert done.code in (0, 1), done.err
    for name in ("b2", "c3"):
        data = (branch.versions / f"{name}.py").read_bytes()
        assert data.startswith(mark.encode()) and data.count(b"\n") == data.count(b"\r\n")
    assert branch.headway("heads", cwd=branch.place).out == "c3 (head)\n"


def test_tabs_and_a_call_of_several_lines_are_left(branch: Branch) -> None:
    path = branch.versions / "b2.py"
    text = path.read_text().replace('["c_id", sa.text("b")]', '[\n        "c_id",\n    ]').replace("    ", "\t")
    path.write_text(text)
    done = branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert done.code in (0, 1), done.err
    assert "ix_a_c" in path.read_text()


def test_what_env_py_passes_on_is_taken(branch: Branch) -> None:
    path = branch.versions / "b2.py"
    path.write_text(path.read_text().replace("def upgrade()", "def upgrade(tenant)"))
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    made = [text for name, text in branch.texts().items() if name not in ("a1.py", "b2.py", "c3.py")]
    assert made and all("def upgrade(**given: Any) -> None:" in text for text in made)


def test_what_another_waits_for_by_its_label_is_not_split(branch: Branch) -> None:
    (branch.place / ".headway.yml").write_text("dialects: [postgresql]\nexpected_heads: 2\n")
    branch.add("b2", "a1", MORE, 'branch_labels = "lab"')
    branch.add("y1", "", LAST.replace("ix_c", "ix_y"), 'depends_on = "lab"')
    branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert set(branch.texts()) == {"a1.py", "b2.py", "c3.py", "y1.py"}


def test_of_two_ways_to_mend_a_place_one_is_told(branch: Branch) -> None:
    (branch.place / ".headway.yml").write_text("dialects: [postgresql, sqlite]\n")
    done = branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert "b2.py:18: LCK107 mended" in done.err and "b2.py:18: LCK301 mended" not in done.err
    again = branch.headway("lint", "--base", "main", "--fix", cwd=branch.place)
    assert "LCK301 mended" in again.err
    assert "batch_op.create_foreign_key" in (branch.versions / "b2.py").read_text()
