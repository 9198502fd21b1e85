"""Lints pieces of migrations as the rules' documentation and the case files show them. No tests of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from textwrap import dedent, indent

from headway.config.dialects import Databases, parse
from headway.config.policy import Policy
from headway.config.tables import TableSize
from headway.errors import ScriptError
from headway.lint.catalogue import RULES
from headway.lint.facts import Facts, RevisionFile, Unreadable
from headway.lint.finding import Finding
from headway.lint.judge import LintResult, lint
from headway.lint.known.known import Known
from headway.lint.known.replays import Replays
from headway.lint.rule import Rule
from headway.reading.header import Dynamic
from headway.reading.header_parser import parse_header
from headway.reading.migration import read_migration
from headway.reading.revision_files import RevisionFiles
from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision, as_tuple
from reading.harness import Texts

NOT_BY_SOURCE = frozenset(
    [
        "CFG003",
        "CFG005",
        "CFG006",
        "CFG007",
        "CFG008",
        "LCK306",
        "REV002",
        "REV011",
        "REV012",
        "REV017",
        "HIS001",
        "HIS002",
        "HIS003",
        "HIS004",
        "HIS005",
        "HIS006",
        "HIS007",
        "DWN005",
        "DRF009",
    ]
)
"""Rules that no source alone tells: they need git (tests/git) or a rehearsal (tests/main_job)."""

TODAY = date(2026, 11, 24)
_TOP_LEVEL = re.compile(r"(?:import |from |irreversible\b|[A-Z_]+ = )")
_FILE = re.compile(r"^# (versions/\S+\.py)\b.*$", re.M)

HEADER = 'from alembic import op\nimport sqlalchemy as sa\n\nrevision = "b2"\ndown_revision = "a1"\n'
BASE = '"""base"""\n\nrevision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n'


def migration_source(piece: str, downgrade: str | None = None) -> str:
    """A whole revision file around a piece: the statements of ``upgrade()``, or the functions themselves."""
    piece = dedent(piece).strip("\n")
    if re.search(r"^def upgrade\(", piece, re.M):
        return f"{HEADER}\n\n{piece}\n"
    lines = piece.splitlines()
    top = "\n".join(line for line in lines if _TOP_LEVEL.match(line))
    body = "\n".join(line for line in lines if not _TOP_LEVEL.match(line)) or "pass"
    down = indent(dedent(downgrade or 'op.execute("SELECT 1")').strip("\n"), "    ")
    return f"{HEADER}{top}\n\n\ndef upgrade():\n{indent(body, '    ')}\n\n\ndef downgrade():\n{down}\n"


def history_of(block: str) -> dict[str, str]:
    """The files of a block by path: those it names, or one revision upon a released base."""
    parts = _FILE.split(block)
    if len(parts) > 1:
        return dict(zip(parts[1::2], parts[2::2], strict=True))
    if "holds nothing" in block:
        return {}
    return {"versions/a1_base.py": BASE, "versions/b2_piece.py": migration_source(block)}


def facts_of(
    files: dict[str, str],
    *,
    dialects: Iterable[str] = ("postgresql",),
    new: Collection[str] | None = ("b2",),
    expected_heads: int | tuple[str, ...] = 1,
    tables: Mapping[str, TableSize] | None = None,
    modules: Mapping[str, str] | None = None,
) -> Facts:
    """The facts of a history given as sources; ``new`` are the ids no database has, None makes all of them so."""
    named = dict(map(parse, dialects))
    library = Texts(modules or {})
    databases = frozenset(named)
    revisions, migrations, unreadable = [], {}, []
    for path, source in files.items():
        try:
            header = parse_header(source, path)
        except ScriptError as error:
            unreadable.append(Unreadable(path, error.line, error.message))
            continue
        id_ = str(header.values["revision"])
        parents, needs = header.values.get("down_revision"), header.values.get("depends_on")
        labels = as_tuple(header.values.get("branch_labels"))
        replaces = header.values.get("replaces")
        unknown = ("replaces",) if isinstance(replaces, Dynamic) else ()
        replaced = () if unknown else as_tuple(replaces)
        revisions.append(
            Revision(id_, parents, needs, labels, path=path, lines=header.lines, replaces=replaced, unknown=unknown)
        )
        migrations[path] = RevisionFile(
            id_, path, read_migration(path, source, library=library, package="migrations.versions"), dialects=databases
        )
    graph = RevisionGraph(revisions)
    texts = {path: source.encode() for path, source in files.items()}
    reader = RevisionFiles({f.revision: path for path, f in migrations.items()}, str, databases, sources=texts)
    chosen = frozenset(graph.ids) if new is None else frozenset(new) & graph.ids.keys()
    return Facts(
        graph=graph,
        known=Known(Replays(graph, reader.upgrade_effects, reader.source, databases, chosen)),
        examined=tuple(file for file in migrations.values() if file.revision in chosen),
        new=chosen,
        databases=Databases(databases, {name: version for name, version in named.items() if version}, "the test"),
        expected_heads=expected_heads,
        tables=tables or {},
        project_modules=frozenset({"storefront", "company.storefront"}),
        script_package="migrations",
        problems=graph.problems,
        codes=frozenset(rule.code for rule in RULES),
        unreadable=tuple(unreadable),
        path_of={revision.revision: revision.path for revision in reversed(revisions)}.get,
    )


def lint_piece(
    piece: str,
    *,
    base: str = "pass",
    later: str | None = None,
    downgrade: str | None = None,
    dialects: Iterable[str] = ("postgresql",),
    new: Collection[str] | None = ("b2",),
    policy: Policy | None = None,
    rules: Iterable[type[Rule]] = RULES,
    modules: Mapping[str, str] | None = None,
) -> LintResult:
    """What lint says of a piece of ``upgrade()``; ``base`` is what the released revision below it does, ``later`` what one
    above it does that is not judged."""
    released = BASE if base == "pass" else migration_source(base).replace('"a1"', "None").replace('"b2"', '"a1"')
    files = {"versions/a1_base.py": released, "versions/b2_piece.py": migration_source(piece, downgrade)}
    if later is not None:
        files["versions/c3_later.py"] = migration_source(later).replace('"b2"', '"c3"').replace('"a1"', '"b2"')
    facts = facts_of(files, dialects=dialects, new=new, tables=(policy or Policy()).tables, modules=modules)
    return lint(facts, rules, policy or Policy(), TODAY)


def source_line(finding: Finding, source: str) -> str:
    """The text of the line that a finding points to."""
    assert finding.line is not None
    return source.splitlines()[finding.line - 1].strip()
