"""The main job, ``headway ci``, on the example shop: green as it is, red with each fault, at its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixtures.programs import ROOT, Done, Program
from reports.test_formats import SCHEMA, schema_of

KINDS = ("sqlite", "postgresql")
STAGES = ["graph", "lint", *(f"{stage} ({kind})" for kind in KINDS for stage in ("replay", "drift", "downgrade"))]
NEWEST = "d16e2b7f5a08_order_currency.py"


def report_of(done: Done) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done.out)
    jsonschema.validate(document, SCHEMA)
    assert document["exit_code"] == done.code
    return document


def statuses(report: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in report["stages"]}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


# -- as they are ------------------------------------------------------------------------------------------------


def test_the_shop_is_green_on_sqlite_and_postgresql(storefront: Path, headway: Program) -> None:
    done = headway("ci", "--format", "json", cwd=storefront)
    report = report_of(done)
    assert done.code == 0, done.err
    assert statuses(report) == dict.fromkeys(STAGES, "pass")
    assert report["heads"] == ["d16e2b7f5a08"]
    assert report["examined"] == {"revisions": 14, "new": 1, "not_analysed": 0, "not_analysed_places": []}
    assert report["findings"] == report["drift"] == []
    payload = report["payload"]
    jsonschema.validate(payload, schema_of(payload))
    assert (payload["against"], payload["new"]) == ("baseline 83c0d9e4f716", ["d16e2b7f5a08"])
    sent = {one["stage"]: one["statements"] for one in payload["sent"]}
    added = "ALTER TABLE orders ADD COLUMN currency VARCHAR(3) DEFAULT 'EUR' NOT NULL"
    assert sent == {f"replay ({kind})": [added] for kind in KINDS}
    (operation,) = payload["changes"][0]["operations"]
    assert {lock["database"]: lock["level"] for lock in operation["locks"]} == {
        "postgresql": "ACCESS EXCLUSIVE",
        "sqlite": "EXCLUSIVE",
    }


def test_what_a_replay_has_sent_before_it_failed_is_shown(storefront: Path, headway: Program) -> None:
    versions = storefront / "migrations" / "versions"
    edit(versions / NEWEST, "def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.drop_table("reviews")\n')
    edit(
        versions / NEWEST, "def downgrade", '    op.execute("INSERT INTO nowhere VALUES (:secret)")\n\n\ndef downgrade'
    )
    done = headway("ci", "--scratch", "sqlite", "--format", "json", cwd=storefront)
    (sent,) = report_of(done)["payload"]["sent"]
    assert sent["statements"][0].split() == ["DROP", "TABLE", "reviews"]
    assert not any("nowhere" in statement for statement in sent["statements"])


def test_the_run_leaves_nothing_behind_but_its_cache(storefront: Path, headway: Program) -> None:
    def there() -> list[Path]:
        return sorted(path for path in storefront.rglob("*") if "__pycache__" not in path.parts)

    def second_run(*options: str, **more: str) -> str:
        env = {"PYTHONDONTWRITEBYTECODE": "1", "HEADWAY_NO_CACHE": "", **more}
        done = headway("ci", "--scratch", "sqlite", *options, cwd=storefront, env=env)
        assert done.code == 0
        return "kept" if "from a kept replay of 13" in done.out else "empty"

    before = there()
    for options, more in [((), {"HEADWAY_NO_CACHE": "1"}), (("--no-cache",), {}), ((), {"CI": "true"})]:
        assert second_run(*options, **more) == "empty"
        assert there() == before
    assert [second_run(), second_run()] == ["empty", "kept"]
    assert {path.relative_to(storefront).parts[0] for path in set(there()) - set(before)} == {".headway"}
    assert second_run("--no-cache") == "empty"
    assert [second_run("--cache", "elsewhere"), second_run(HEADWAY_CACHE="elsewhere")] == ["empty", "kept"]


PLANTED = {
    "REV001": {("7a60c1f2d9e3_loyalty.py", 12), ("91be4d70a8c5_clean_up.py", 14), ("c3d9e0f1a2b4_hotfix.py", 12)},
    "REV003": {("f45b17ac8d30_gift_wrap.py", 11)},
    "REV004": {("c3d9e0f1a2b4_hotfix.py", 12)},
    "CMP003": {("7a60c1f2d9e3_loyalty.py", 18)},
    "LCK101": {("7a60c1f2d9e3_loyalty.py", 19)},
    "DAT002": {("7a60c1f2d9e3_loyalty.py", 20)},
    "LCK301": {("7a60c1f2d9e3_loyalty.py", 20)},
    "DWN001": {("7a60c1f2d9e3_loyalty.py", 23)},
    "MOD001": {("91be4d70a8c5_clean_up.py", 11)},
    "DST001": {("91be4d70a8c5_clean_up.py", 21)},
    "DST002": {("91be4d70a8c5_clean_up.py", 23)},
    "DML001": {("91be4d70a8c5_clean_up.py", 20)},
}
"""What is wrong with examples/storefront-broken: rule, file and line."""


def test_the_broken_shop_is_red_and_shows_each_fault_at_its_line(headway: Program) -> None:
    done = headway("ci", "--format", "json", cwd=ROOT / "examples" / "storefront-broken")
    report = report_of(done)
    assert done.code == 1
    found: dict[str, set[tuple[str, int]]] = {}
    for finding in report["findings"]:
        assert finding["file"].startswith("examples/storefront-broken/versions/")
        found.setdefault(finding["code"], set()).add((Path(finding["file"]).name, finding["line"]))
    assert found == PLANTED
    assert statuses(report)["graph"] == statuses(report)["lint"] == "fail"
    assert statuses(report)["replay (sqlite)"] == "skipped"
    assert report["examined"]["not_analysed"] == 0


def test_the_broken_shop_as_text_shows_the_line_with_a_caret(headway: Program) -> None:
    done = headway("ci", cwd=ROOT / "examples" / "storefront-broken")
    lines = done.out.splitlines()
    place = lines.index("  --> examples/storefront-broken/versions/91be4d70a8c5_clean_up.py:21:5")
    assert lines[place + 2] == '21 |     op.drop_table("reviews")'
    assert lines[place + 3] == "   |     " + "^" * len('op.drop_table("reviews")')
    assert "Traceback" not in done.out + done.err


# -- one fault at a time ----------------------------------------------------------------------------------------


def test_a_model_that_no_migration_knows_is_drift(storefront: Path, headway: Program) -> None:
    edit(
        storefront / "storefront" / "models.py",
        'currency: Mapped[str] = mapped_column(String(3), server_default="EUR")',
        'currency: Mapped[str] = mapped_column(String(3), server_default="EUR")\n    note: Mapped[str | None]',
    )
    done = headway("ci", "--scratch", "sqlite", "--format", "json", cwd=storefront)
    report = report_of(done)
    assert done.code == 1
    assert statuses(report)["drift (sqlite)"] == "fail"
    (item,) = report["drift"]
    assert (item["verdict"], item["object"]) == ("not-migrated", "column orders.note")
    assert item["operation"].startswith("op.add_column('orders', sa.Column('note', sa.String(), nullable=True))")


def test_a_migration_that_no_model_knows_is_drift_too(storefront: Path, headway: Program) -> None:
    edit(
        storefront / "storefront" / "models.py",
        'currency: Mapped[str] = mapped_column(String(3), server_default="EUR")',
        "",
    )
    for command in ("ci", "drift"):
        done = headway(command, "--scratch", "sqlite", "--format", "json", cwd=storefront)
        (item,) = report_of(done)["drift"]
        assert done.code == 1
        assert (item["verdict"], item["object"]) == ("not-modelled", "column orders.currency")


def test_what_is_not_compared_is_named_and_a_policy_can_refuse_it(storefront: Path, headway: Program) -> None:
    arguments = ("--scratch", "sqlite", "--format", "json")
    before = report_of(headway("drift", *arguments, cwd=storefront))["not_compared"]
    edit(
        storefront / "storefront" / "models.py",
        'currency: Mapped[str] = mapped_column(String(3), server_default="EUR")',
        "currency: Mapped[str] = mapped_column(\n"
        "        String(3),\n"
        "        __import__('sqlalchemy').CheckConstraint(\"currency <> ''\", name='ck_currency'),\n"
        "        server_default='EUR',\n    )",
    )
    for command in ("ci", "drift"):
        done = headway(command, *arguments, cwd=storefront)
        report = report_of(done)
        (item,) = [item for item in report["not_compared"] if item not in before]
        assert (done.code, item["kind"]) == (0, "CHECK")
        assert item["object"] == "CHECK ck_orders_ck_currency of table orders"
        (stage,) = [stage for stage in report["stages"] if stage["name"] == "drift (sqlite)"]
        assert "agree" not in stage["summary"]
        assert "1 CHECK" in stage["summary"]
    with (storefront / ".headway.yml").open("a") as policy:
        policy.write("\ndrift: {not_compared: refuse}\n")
    done = headway("drift", *arguments, cwd=storefront)
    assert done.code == 1
    assert statuses(report_of(done))["drift (sqlite)"] == "fail"


def test_a_revision_that_fails_when_it_runs(storefront: Path, headway: Program) -> None:
    path = storefront / "migrations" / "versions" / NEWEST
    edit(path, "def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.execute("UPDATE nowhere SET x = 1")\n')
    line = path.read_text().splitlines().index('    op.execute("UPDATE nowhere SET x = 1")') + 1
    done = headway("ci", "--format", "json", cwd=storefront)
    report = report_of(done)
    assert done.code == 1
    for kind in KINDS:
        (replay,) = [stage for stage in report["stages"] if stage["name"] == f"replay ({kind})"]
        assert (replay["status"], replay["file"], replay["line"]) == ("fail", f"migrations/versions/{NEWEST}", line)
        assert "nowhere" in replay["why"]
        assert statuses(report)[f"drift ({kind})"] == statuses(report)[f"downgrade ({kind})"] == "skipped"
    annotated = headway("ci", "--scratch", "sqlite", "--format", "github", cwd=storefront).out
    assert f"::error file=migrations/versions/{NEWEST},line={line},title=headway replay (sqlite)::" in annotated


def test_a_downgrade_that_fails(storefront: Path, headway: Program) -> None:
    path = storefront / "migrations" / "versions" / NEWEST
    edit(path, "def downgrade() -> None:\n", 'def downgrade() -> None:\n    op.drop_table("nowhere")\n')
    done = headway("ci", "--scratch", "sqlite", "--format", "json", cwd=storefront)
    (stage,) = [stage for stage in report_of(done)["stages"] if stage["name"] == "downgrade (sqlite)"]
    assert done.code == 1
    assert stage["status"] == "fail"
    assert "nowhere" in stage["why"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_downgrade_that_takes_too_much(kind: str, storefront: Path, headway: Program) -> None:
    path = storefront / "migrations" / "versions" / NEWEST
    edit(
        path,
        "def downgrade() -> None:\n",
        'def downgrade() -> None:\n    op.drop_index("ix_orders_placed_at", table_name="orders")\n',
    )
    done = headway("ci", "--scratch", kind, "--format", "json", cwd=storefront)
    report = report_of(done)
    assert done.code == 1
    (finding,) = [finding for finding in report["findings"] if finding["code"] == "DWN005"]
    assert "ix_orders_placed_at" in finding["message"]
    assert finding["line"] == path.read_text().splitlines().index("def downgrade() -> None:") + 1


def test_a_trace_can_be_accepted_like_any_finding(storefront: Path, headway: Program) -> None:
    path = storefront / "migrations" / "versions" / NEWEST
    edit(
        path,
        "def downgrade() -> None:\n",
        'def downgrade() -> None:  # headway: ignore[DWN005] reason="rebuilt by hand"\n'
        '    op.drop_index("ix_orders_placed_at", table_name="orders")\n',
    )
    done = headway("ci", "--scratch", "sqlite", "--format", "json", cwd=storefront)
    report = report_of(done)
    assert done.code == 0, done.err
    assert [finding["suppressed"] for finding in report["findings"]] == [True]


def test_an_irreversible_revision_is_not_undone(storefront: Path, headway: Program) -> None:
    path = storefront / "migrations" / "versions" / NEWEST
    edit(path, "def upgrade()", 'irreversible = "rows were merged"\n\n\ndef upgrade()')
    edit(path, "def downgrade() -> None:\n", "def downgrade() -> None:\n    raise NotImplementedError\n")
    done = headway("ci", "--scratch", "sqlite", "--format", "json", cwd=storefront)
    (stage,) = [stage for stage in report_of(done)["stages"] if stage["name"] == "downgrade (sqlite)"]
    assert done.code == 0, done.err
    assert stage["summary"] == "0 revision(s) down and up again, 1 irreversible"


def test_nothing_examined_is_a_failure(storefront: Path, headway: Program) -> None:
    shutil.rmtree(storefront / "migrations" / "versions")
    (storefront / ".headway.yml").write_text("scratch: sqlite\n")
    done = headway("ci", "--format", "json", cwd=storefront)
    report = report_of(done)
    assert done.code == 1
    assert [finding["code"] for finding in report["findings"]] == ["REV015"]
    assert statuses(report) == {
        "graph": "fail",
        "lint": "pass",
        "replay (sqlite)": "skipped",
        "drift (sqlite)": "skipped",
        "downgrade (sqlite)": "skipped",
    }


def test_a_scratch_database_that_is_not_empty_is_refused(
    storefront: Path, headway: Program, postgresql_url: str
) -> None:
    import sqlalchemy as sa

    with sa.create_engine(postgresql_url, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE precious (id INTEGER)")
    done = headway("ci", "--scratch", postgresql_url, "--format", "json", cwd=storefront)
    report = report_of(done)
    assert done.code == 3
    assert any("is not empty: it holds table public.precious" in (stage["why"] or "") for stage in report["stages"])


def test_a_scratch_database_given_by_url(storefront: Path, headway: Program, mariadb_url: str) -> None:
    done = headway("ci", "--scratch", "env:SCRATCH", "--format", "json", cwd=storefront, env={"SCRATCH": mariadb_url})
    report = report_of(done)
    assert done.code == 0, report


def test_reports_are_written_beside_what_is_printed(storefront: Path, headway: Program) -> None:
    names = ("json", "github", "markdown", "text", "sarif", "gitlab", "junit", "html", "comment")
    done = headway("lint", "--all", *(f"--report={name}={name}.out" for name in names), cwd=storefront)
    assert report_of(Done(done.code, (storefront / "json.out").read_text(), ""))["command"] == "lint"
    assert "| lint |" in (storefront / "markdown.out").read_text()
    assert (storefront / "text.out").read_text() == done.out
    findings = report_of(Done(done.code, (storefront / "json.out").read_text(), ""))["findings"]
    assert len(json.loads((storefront / "sarif.out").read_text())["runs"][0]["results"]) == len(findings) > 0
    assert len(json.loads((storefront / "gitlab.out").read_text())) == sum(not f["suppressed"] for f in findings)
    assert (storefront / "junit.out").read_text().count("<testcase ") == len(findings) + 1
    page = (storefront / "html.out").read_text()
    versions = list((storefront / "migrations" / "versions").glob("*.py"))
    assert page.count('<li id="r-') == len(versions)
    assert "headway:comment" in (storefront / "comment.out").read_text()
    wrong = headway("lint", "--report", "yaml=x", cwd=storefront)
    assert wrong.code == 2
    wrong.assert_one_clear_line("FORMAT=FILE")


# -- pictures ---------------------------------------------------------------------------------------------------


def test_a_broken_history_is_drawn_with_its_faults(headway: Program) -> None:
    broken = ROOT / "examples" / "storefront-broken"
    done = headway("graph", cwd=broken)
    assert done.code != 0
    assert "*  d16e2b7f5a80 MISSING: no file declares it" in done.out
    assert "*  f45b17ac8d30 DECLARED TWICE. " in done.out
    assert "names 'd16e2b7f5a80', which no revision file has" in done.err
    drawn = json.loads(headway("graph", "--format", "json", cwd=broken).out)
    jsonschema.validate(drawn, schema_of(drawn))
    assert {"7a60c1f2d9e3", "91be4d70a8c5", "c3d9e0f1a2b4"} == set(drawn["heads"])


def test_a_circle_is_drawn_and_named(storefront: Path, headway: Program) -> None:
    versions = storefront / "migrations" / "versions"
    edit(versions / "83c0d9e4f716_customer_country.py", "'f45b17ac8d30'", "'d16e2b7f5a08'")
    done = headway("graph", cwd=storefront)
    assert done.code != 0
    assert "IN A CIRCLE with " in done.out
    assert "Traceback" not in done.err


def test_lists_are_json_where_that_is_asked_for(storefront: Path, headway: Program) -> None:
    rules = json.loads(headway("rules", "--format", "json", cwd=storefront).out)["rules"]
    assert {"code": "DST001", "severity": "error"}.items() <= next(r for r in rules if r["code"] == "DST001").items()
    answers = json.loads(headway("doctor", "--format", "json", cwd=storefront).out)
    assert answers["exit_code"] == 0
    assert all(answer["is_well"] for answer in answers["answers"])


def test_x_arguments_reach_env_py(storefront: Path, headway: Program) -> None:
    env_py = storefront / "migrations" / "env.py"
    env_py.write_text(
        f"from alembic import context\nassert context.get_x_argument(as_dictionary=True) == {{'tenant': 'a'}}\n"
        f"{env_py.read_text().replace('from __future__ import annotations', '')}"
    )
    assert headway("drift", "--scratch", "sqlite", cwd=storefront).code == 2
    for command in (("drift", "--scratch", "sqlite"), ("ci", "--scratch", "sqlite"), ("plan",), ("apply",)):
        done = headway(*command, "-x", "tenant=a", cwd=storefront)
        assert done.code == 0, done.out + done.err
