"""What a fix promises: put in its place, the finding is gone, nothing new is found, and the file can still be compiled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from fixtures.programs import ROOT
from headway.config.policy import Policy
from headway.lint.catalogue import RULES
from headway.lint.catalogue import rule as rule_of
from headway.lint.finding import Finding
from headway.lint.fixes.mending import edit_of
from headway.lint.fixes.mending import mended as with_edits
from headway.lint.fixes.splitting import CONSTRAINTS, INDEXES
from headway.lint.judge import lint
from rules.harness import BASE, HEADER, TODAY, facts_of, history_of, migration_source
from rules.test_rule_cases import all_cases

FIXING = {"LCK101", "LCK102", "LCK103", "LCK301", "MOD015", "MOD017", "REV001", "REV016", "TXN006"}
"""The rules that mend what they find."""
PATH = "versions/b2_piece.py"


def mended(source: str, findings: Sequence[Finding]) -> str:
    return with_edits(source, [edit for finding in findings if (edit := edit_of(finding))])


def found(files: Mapping[str, str], dialects: Sequence[str], new: Sequence[str] = ("b2",)) -> list[Finding]:
    return list(lint(facts_of(dict(files), dialects=dialects, new=new), RULES, Policy(), TODAY).findings)


def check_each(files: Mapping[str, str], dialects: Sequence[str], new: Sequence[str] = ("b2",)) -> list[str]:
    """Checks every fix of what is found, each by itself and all together; returns their codes."""
    before = found(files, dialects, new)
    fixing = [finding for finding in before if finding.fix is not None]
    for few in [*([finding] for finding in fixing), fixing]:
        texts = dict(files)
        for path in {str(finding.file) for finding in few}:
            texts[path] = mended(texts[path], [finding for finding in few if finding.file == path])
            compile(texts[path], path, "exec")
        after, gone = codes_of(found(texts, dialects, new)), codes_of(few)
        assert all(after[code] <= codes_of(before)[code] - count for code, count in gone.items()), texts
        if few is fixing:  # one of two alone may leave a revision whose halves are permanent at different times
            assert not after - (codes_of(before) - gone), texts
    return [finding.code for finding in fixing]


def codes_of(findings: Sequence[Finding]) -> Counter[str]:
    return Counter(finding.code for finding in findings)


def cases_of_rules() -> list[Any]:
    return [case for case in all_cases() if case.values[0] in FIXING]


def test_only_these_rules_mend() -> None:
    fixing = set()
    for case in all_cases():
        code, values = case.values
        dialects = values.get("dialects", sorted(rule_of(code).dialects or ("postgresql",)))
        files = {
            "versions/a1_base.py": base_of(values),
            PATH: migration_source(values["upgrade"], values.get("downgrade")),
        }
        fixing |= {finding.code for finding in found(files, dialects) if finding.fix is not None}
    assert fixing == FIXING - {"MOD015", "REV001", "REV016"}  # whose cases are histories, below


def base_of(case: Mapping[str, Any]) -> str:
    if case.get("base", "pass") == "pass":
        return BASE
    return migration_source(case["base"]).replace('"a1"', "None").replace('"b2"', '"a1"')


@pytest.mark.parametrize(("code", "case"), cases_of_rules())
def test_the_cases_of_the_rules_that_mend(code: str, case: dict[str, Any]) -> None:
    files = {"versions/a1_base.py": base_of(case), PATH: migration_source(case["upgrade"], case.get("downgrade"))}
    check_each(files, case.get("dialects", sorted(rule_of(code).dialects or ("postgresql",))))


def fixed(piece: str, *dialects: str, downgrade: str | None = None) -> str:
    """The mended ``upgrade()`` and what follows it."""
    source = migration_source(piece, downgrade)
    files = {"versions/a1_base.py": BASE, PATH: source}
    assert check_each(files, dialects or ("postgresql",))
    every = [one for one in found(files, dialects or ("postgresql",)) if one.fix is not None]
    return mended(source, every).partition("def upgrade():\n")[2].partition("\n\n\ndef downgrade")[0]


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (
            'op.create_index("ix", "a", ["b"])',
            'with op.get_context().autocommit_block():\n    op.create_index("ix", "a", ["b"], '
            "postgresql_concurrently=True, if_not_exists=True)",
        ),
        (
            'op.create_index(\n    "ix",\n    "a",\n    ["é", "b"],  # both\n)  # why',
            'with op.get_context().autocommit_block():\n    op.create_index(\n        "ix",\n        "a",\n'
            '        ["é", "b"],\n        postgresql_concurrently=True,\n        if_not_exists=True,  # both\n    )  # why',
        ),
        (
            'op.drop_index("ix", table_name="a")\nop.drop_index("iy", "a", if_exists=True)',
            'with op.get_context().autocommit_block():\n    op.drop_index("ix", table_name="a", '
            "postgresql_concurrently=True, if_exists=True)\nwith op.get_context().autocommit_block():\n"
            '    op.drop_index("iy", "a", if_exists=True, postgresql_concurrently=True)',
        ),
        (
            'op.create_index("ix", "a", ["b"], postgresql_concurrently=True)',
            'with op.get_context().autocommit_block():\n    op.create_index("ix", "a", ["b"], '
            "postgresql_concurrently=True, if_not_exists=True)",
        ),
        (
            'for name in ("b", "c"):\n    op.create_index(f"ix_{name}", "a", [name])',
            'for name in ("b", "c"):\n    with op.get_context().autocommit_block():\n'
            '        op.create_index(f"ix_{name}", "a", [name], postgresql_concurrently=True, if_not_exists=True)',
        ),
        (
            'bind = op.get_bind()\nbind.execute("DELETE FROM a WHERE b < 3")',
            'bind = op.get_bind()\nbind.execute(sa.text("DELETE FROM a WHERE b < 3"))',
        ),
    ],
)
def test_what_is_written(piece: str, expected: str) -> None:
    assert [line.removeprefix("    ") for line in fixed(piece).splitlines()] == expected.splitlines()


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (
            'op.alter_column("a", "b", existing_type=sa.Text(), nullable=False)',
            'batch_op.alter_column("b", existing_type=sa.Text(), nullable=False)',
        ),
        ('op.create_unique_constraint("uq", "a", ["b"])', 'batch_op.create_unique_constraint("uq", ["b"])'),
        ('op.drop_constraint("uq", "a", type_="unique")', 'batch_op.drop_constraint("uq", type_="unique")'),
        (
            'op.create_foreign_key("fk", "a", "c", ["c_id"], ["id"])',
            'batch_op.create_foreign_key("fk", "c", ["c_id"], ["id"])',
        ),
    ],
)
def test_what_is_written_for_sqlite(piece: str, expected: str) -> None:
    assert fixed(piece, "sqlite").splitlines() == [
        '    with op.batch_alter_table("a") as batch_op:',
        f"        {expected}",
    ]


@pytest.mark.parametrize(
    "piece",
    [
        # More than an index: half of the revision would be permanent.
        'op.add_column("a", sa.Column("b", sa.Text()))\nop.create_index("ix", "a", ["b"])',
        'op.create_index("ix", "a", ["b"], postgresql_concurrently=False)',
        'if sa:\n    op.create_index("ix", "a", ["b"])',
        'op.create_index("ix", "a", ["b"]); op.create_index("iy", "a", ["c"])',
        'made = op.create_index("ix", "a", ["b"])',
        'from alembic.op import create_index\ncreate_index("ix", "a", ["b"])',
        'import alembic\nalembic.op.create_index("ix", "a", ["b"])',
        'op.create_index("ix", "a", [sa.text("""lower(\n  b)""")])',
        'op.execute("CREATE INDEX ix ON a (b)")',
        'with op.batch_alter_table("a") as batch_op:\n    batch_op.create_index("ix", ["b"])',
    ],
)
def test_what_is_better_left_alone(piece: str) -> None:
    findings = found({"versions/a1_base.py": BASE, PATH: migration_source(piece)}, ("postgresql",))
    assert any(finding.code == "LCK101" for finding in findings)
    assert [finding.fix for finding in findings if finding.fix] == []


def test_of_a_partitioned_table_no_index_is_built_concurrently() -> None:
    made = 'op.create_table("a", sa.Column("b", sa.Text()), postgresql_partition_by="RANGE (b)")'
    base = migration_source(made).replace('"a1"', "None").replace('"b2"', '"a1"')
    files = {"versions/a1_base.py": base, PATH: migration_source('op.create_index("ix", "a", ["b"])')}
    assert [one.fix for one in found(files, ("postgresql",)) if one.code == "LCK101"] == [None]


@pytest.mark.parametrize(
    "piece",
    [
        'with op.batch_alter_table("b") as batch_op:\n    op.create_unique_constraint("uq", "a", ["n"])\n    batch_op.drop_column("x")',
        'with op.get_context().autocommit_block():\n    op.create_unique_constraint("uq", "a", ["n"])',
    ],
)
def test_inside_of_a_block_no_other_block_is_begun(piece: str) -> None:
    findings = found({"versions/a1_base.py": BASE, PATH: migration_source(piece)}, ("sqlite",))
    assert any(one.code == "LCK301" for one in findings) and not any(
        one.fix for one in findings if one.code == "LCK301"
    )


@pytest.mark.parametrize(
    ("header", "statement"),
    [
        ("", "bind.execute(\"UPDATE a SET b = '{x:1}'\")"),
        ('"""\nimport sqlalchemy as sa\n"""\n', 'bind.execute("DELETE FROM a")'),
    ],
)
def test_a_text_that_would_be_another_one_is_left(header: str, statement: str) -> None:
    source = migration_source(f"bind = op.get_bind()\n{statement}")
    source = header + source.replace("import sqlalchemy as sa\n", "") if header else source
    findings = [
        one for one in found({"versions/a1_base.py": BASE, PATH: source}, ("postgresql",)) if one.code == "MOD017"
    ]
    assert findings and findings[0].fix is None


@pytest.mark.parametrize(
    "docstring",
    [
        '"""b2' + "\\n" * 60 + 'Revises: a0"""',
        '"""\\\nx\n\nRevises: a0\n"""',
    ],
)
def test_a_docstring_with_escapes_is_judged_and_left(docstring: str) -> None:
    source = f"{docstring}\n{HEADER}\n\ndef upgrade():\n    op.execute('SELECT 1')\n"
    (finding,) = [
        one for one in found({"versions/a1_base.py": BASE, PATH: source}, ("postgresql",)) if one.code == "MOD015"
    ]
    assert (finding.fix, finding.line) == (None, 1)


def test_a_comment_behind_the_docstring_stays() -> None:
    source = f'"""x\n\nRevises: a0"""  # why\n{HEADER}\n\ndef upgrade():\n    op.execute(\'SELECT 1\')\n'
    (finding,) = [
        one for one in found({"versions/a1_base.py": BASE, PATH: source}, ("postgresql",)) if one.code == "MOD015"
    ]
    assert finding.fix == 'Revises: a1"""  # why'


def test_mysql_has_no_if_exists_for_an_index() -> None:
    files = {"versions/a1_base.py": BASE, PATH: migration_source('op.create_index("ix", "a", ["b"])')}
    assert all(finding.fix is None for finding in found(files, ("postgresql", "mysql")))


HEADS = """
# versions/a1_base.py
revision = "a1"
down_revision = None

# versions/b2_theirs.py
revision = "b2"
down_revision = "a1"

# versions/c3_ours.py
revision = "c3"
down_revision: str | None = 'a1'  # our base
"""


@pytest.mark.parametrize(
    ("history", "new", "fixes"),
    [
        (HEADS, ["c3"], ["down_revision: str | None = 'b2'  # our base"]),
        (HEADS, ["b2", "c3"], []),  # each could follow the other
        (HEADS.replace("'a1'", "('a1', 'b2')"), ["c3"], []),
        (HEADS + '\n# versions/d4_more.py\nrevision = "d4"\ndown_revision = "c3"\n', ["c3", "d4"], []),
    ],
)
def test_a_head_beside_a_released_one_follows_it(history: str, new: list[str], fixes: list[str]) -> None:
    files = history_of(history)
    assert [one.fix for one in found(files, ["postgresql"], new) if one.code == "REV001" and one.fix] == fixes
    assert len([code for code in check_each(files, ["postgresql"], new) if code == "REV001"]) == len(fixes)


def test_a_label_that_is_the_text_none() -> None:
    source = HEADER.replace('down_revision = "a1"\n', 'down_revision = "a1"\nbranch_labels = "None"  # none\n')
    files = {"versions/a1_base.py": BASE, PATH: f"{source}\n\ndef upgrade():\n    op.execute('SELECT 1')\n"}
    assert check_each(files, ["postgresql"]) == ["REV016"]
    (finding,) = [one for one in found(files, ["postgresql"]) if one.code == "REV016"]
    assert finding.fix == "branch_labels = None  # none"


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ('"""x\n\nRevision ID: b9\nRevises: a1\n"""', '"""x\n\nRevision ID: b2\nRevises: a1\n"""'),
        ('"""x\n\nRevision ID: b2\nRevises: e\n"""', '"""x\n\nRevision ID: b2\nRevises: a1\n"""'),
        ('"""x\n\nRevises:\n"""', '"""x\n\nRevises: a1\n"""'),
        ('"""x\n\nRevises: a9"""', '"""x\n\nRevises: a1"""'),
    ],
)
def test_a_docstring_that_says_something_else(docstring: str, expected: str) -> None:
    source = f"{docstring}\n{HEADER}\n\ndef upgrade():\n    op.execute('SELECT 1')\n"
    files = {"versions/a1_base.py": BASE, PATH: source}
    assert check_each(files, ["postgresql"]) == ["MOD015"]
    findings = [one for one in found(files, ["postgresql"]) if one.fix]
    assert mended(source, findings) == source.replace(docstring, expected)


def test_ends_of_lines_stay_and_overlaps_are_not_mended_twice() -> None:
    first = Finding(code="X", name="x", severity=RULES[0].severity, message="", help="", line=2, end_line=2, fix="a\nb")
    assert mended("1\r\n2\r\n3", [first]) == "1\r\na\r\nb\r\n3"
    part = Finding(
        code="X",
        name="x",
        severity=RULES[0].severity,
        message="",
        help="",
        line=2,
        end_line=2,
        column=3,
        end_column=4,
        fix="?",
    )
    assert mended("1\né2\n3", [part]) == "1\né?\n3"
    assert mended("1\né2\n3", [part, first]) == "1\na\nb\n3"
    assert mended("1", [first]) == "1"


def test_the_docs_name_the_rules_that_mend() -> None:
    text = (ROOT / "docs" / "gate.md").read_text().partition("## What lint mends by itself")[2].partition("\n## ")[0]
    named = set(re.findall(r"\b[A-Z]{3}\d{3}\b", text.partition("A revision that is split")[0]))
    assert named == FIXING | INDEXES | CONSTRAINTS
