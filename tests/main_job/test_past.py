"""A project with a past: accepted drift, chosen stages, no models, nothing released."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from fixtures.programs import Program
from headway.config.policy import STAGES, load_policy
from main_job.projects import make_project
from main_job.test_ci import NEWEST, edit, report_of, statuses
from main_job.test_given_databases import execute, holds
from main_job.test_rehearsals_stay import TEMPLATE

JSON = ("--scratch", "sqlite", "--format", "json")
COLUMN = 'currency: Mapped[str] = mapped_column(String(3), server_default="EUR")'


def add_to_policy(project: Path, text: str) -> None:
    with (project / ".headway.yml").open("a") as policy:
        policy.write(f"\n{text}\n")


def accept(item: str, more: str = "") -> str:
    return f'drift: {{accepted: [{{item: "{item}", reason: kept for the old app, owner: shop team{more}}}]}}'


# -- accepted drift ---------------------------------------------------------------------------------------------


@pytest.fixture
def drifting(storefront: Path) -> Path:
    """The shop with a column that no migration adds."""
    edit(storefront / "storefront" / "models.py", COLUMN, f"{COLUMN}\n    note: Mapped[str | None]")
    return storefront


def test_an_accepted_difference_fails_nothing_and_a_new_one_does(drifting: Path, headway: Program) -> None:
    (item,) = report_of(headway("drift", *JSON, cwd=drifting))["drift"]
    assert item["accepted"] is None
    add_to_policy(drifting, accept(item["key"]))
    for command in ("drift", "ci"):
        done = headway(command, *JSON, cwd=drifting)
        report = report_of(done)
        assert (done.code, report["findings"]) == (0, []), done.err
        assert [one["accepted"] for one in report["drift"]] == ["kept for the old app (shop team)"]
    shown = headway("ci", "--scratch", "sqlite", cwd=drifting)
    assert "1 accepted" in shown.out
    assert "note" not in shown.out.replace("not compared", "")
    assert "accepted: kept for the old app" in headway("ci", "--scratch", "sqlite", "-v", cwd=drifting).out

    edit(drifting / "storefront" / "models.py", "note: Mapped[str | None]", "note: Mapped[int | None]")
    done = headway("ci", *JSON, cwd=drifting)
    assert done.code == 1
    assert [one["accepted"] for one in report_of(done)["drift"]] == [None]


@pytest.mark.parametrize("more", ["", ", until: 2020-01-31"], ids=["not there any more", "past its date"])
def test_an_entry_that_accepts_nothing_is_a_finding(drifting: Path, headway: Program, more: str) -> None:
    (item,) = report_of(headway("drift", *JSON, cwd=drifting))["drift"]
    if not more:
        edit(drifting / "storefront" / "models.py", "note: Mapped[str | None]", "")
    add_to_policy(drifting, accept(item["key"], more))
    done = headway("ci", *JSON, cwd=drifting)
    report = report_of(done)
    (finding,) = report["findings"]
    assert (finding["code"], finding["file"], finding["severity"]) == ("DRF009", ".headway.yml", "warning")
    lines = (drifting / ".headway.yml").read_text().splitlines()
    assert item["key"] in lines[finding["line"] - 1]
    assert done.code == (1 if more else 0)  # what is past its date is drift again
    add_to_policy(drifting, "fail_on: warning")
    done = headway("drift", *JSON, cwd=drifting)
    assert done.code == 1
    assert statuses(report_of(done))["accepted drift"] == "fail"


def test_an_entry_is_not_called_stale_where_nothing_was_compared(drifting: Path, headway: Program) -> None:
    (drifting / "storefront" / "models.py").write_text("raise ImportError('no such thing')\n")
    add_to_policy(drifting, accept("not-migrated column orders.note #00000000"))
    assert "DRF009" not in headway("ci", *JSON, cwd=drifting).out


# -- stages -----------------------------------------------------------------------------------------------------


def test_only_the_stages_asked_for_run_and_the_others_are_named(storefront: Path, headway: Program) -> None:
    done = headway("ci", *JSON, "--stages", "graph,lint", cwd=storefront)
    assert done.code == 0
    off = dict.fromkeys(("replay", "drift", "downgrade"), "skipped")
    assert statuses(report_of(done)) == {"graph": "pass", "lint": "pass", **off}
    assert "replay, drift, downgrade not run" in headway("ci", "--stages", "graph,lint", cwd=storefront).out
    add_to_policy(storefront, "stages: {lint: off, downgrade: off}")
    found = statuses(report_of(headway("ci", *JSON, cwd=storefront)))
    ran = {"graph": "pass", "replay (sqlite)": "pass", "drift (sqlite)": "pass"}
    assert found == {**ran, "lint": "skipped", "downgrade": "skipped"}


def test_what_needs_the_replay_gets_it(storefront: Path, headway: Program) -> None:
    found = statuses(report_of(headway("ci", *JSON, "--stages", "drift", cwd=storefront)))
    assert (found["replay (sqlite)"], found["drift (sqlite)"]) == ("pass", "pass")


@pytest.mark.parametrize(
    ("policy", "arguments", "said"),
    [
        ("", ("--stages", "grpah"), "there is no stage 'grpah'"),
        ("", ("--stages", ","), "names no stage"),
        ("stages: []", (), "says yes to everything"),
        ("stages: {graph: off, lint: off, replay: off, drift: off, downgrade: off}", (), "says yes to everything"),
        ("stages: {graph: perhaps}", (), "it must be on or off"),
        ("stages: {nothing: off}", (), "there is no stage 'nothing'"),
    ],
)
def test_no_stage_is_left_out_by_mistake(
    storefront: Path, headway: Program, policy: str, arguments: tuple[str, ...], said: str
) -> None:
    add_to_policy(storefront, policy)
    done = headway("ci", *JSON, *arguments, cwd=storefront)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("stages", ["lint", "drift", "lint,downgrade"])
def test_a_history_that_is_broken_or_empty_is_red_without_its_stage(
    storefront: Path, headway: Program, stages: str
) -> None:
    for path in (storefront / "migrations" / "versions").glob("*.py"):
        path.unlink()
    done = headway("ci", *JSON, "--all", "--stages", stages, cwd=storefront)
    assert done.code == 1
    assert statuses(report_of(done))["graph"] == "fail"


# -- models, and what is released -------------------------------------------------------------------------------


def test_a_project_without_models_is_told_so_and_passes(storefront: Path, headway: Program) -> None:
    env_py = storefront / "migrations" / "env.py"
    env_py.write_text(env_py.read_text().replace("target_metadata=target_metadata,", ""))
    done = headway("ci", *JSON, cwd=storefront)
    (stage,) = [stage for stage in report_of(done)["stages"] if stage["name"] == "drift (sqlite)"]
    assert (done.code, stage["status"]) == (0, "skipped")
    assert "nothing to compare" in stage["why"]
    done = headway("drift", *JSON, cwd=storefront)
    assert done.code == 2
    assert "gives no target_metadata" in done.out
    done = headway("doctor", "--inject", "-q", cwd=storefront)
    assert done.code == 0, done.out
    assert "ok    drift: has nothing to do here, so nothing is proved: " in done.out


def test_the_newest_revision_goes_down_where_nothing_is_known_to_be_released(
    storefront: Path, headway: Program
) -> None:
    def downgrade() -> tuple[str, str]:
        stages = report_of(headway("ci", *JSON, "--all", "--stages", "downgrade", cwd=storefront))["stages"]
        (stage,) = [stage for stage in stages if stage["name"] == "downgrade (sqlite)"]
        return stage["status"], stage["summary"]

    assert downgrade() == ("pass", "1 revision(s) down and up again: d16e2b7f5a08")
    newest = storefront / "migrations" / "versions" / NEWEST
    newest.write_text(newest.read_text().partition("def downgrade")[0] + "def downgrade() -> None:\n    pass\n")
    assert downgrade()[0] == "fail"


# -- a history that does not begin on an empty database ---------------------------------------------------------


@pytest.fixture
def younger(tmp_path: Path) -> Path:
    """A project whose first revision finds its table there."""
    project = make_project(tmp_path, TEMPLATE)
    (project / "migrations" / "versions" / "aa01_things.py").write_text(
        'from alembic import op\n\nrevision = "aa01"\ndown_revision = None\n\n\n'
        'def upgrade() -> None:\n    op.execute("UPDATE things SET id = id")\n\n\ndef downgrade() -> None:\n    pass\n'
    )
    return project


STARTS = {
    "schema.sql": "-- 100 % of what was there\nCREATE TABLE things (\n  id INTEGER NOT NULL PRIMARY KEY\n);\n",
    "app.db:create": "def create(connection):\n    import sqlalchemy as sa\n    connection.execute(sa.text('CREATE TABLE things (id INTEGER NOT NULL PRIMARY KEY)'))\n",
}


@pytest.mark.parametrize("start", STARTS)
def test_a_scratch_database_begins_where_the_history_does(younger: Path, headway: Program, start: str) -> None:
    assert statuses(report_of(headway("ci", *JSON, cwd=younger)))["replay (sqlite)"] == "fail"
    (younger / ("app/db.py" if ":" in start else start)).write_text(STARTS[start])
    add_to_policy(younger, f"scratch: {{start: '{start}'}}")
    done = headway("ci", *JSON, cwd=younger)
    assert done.code == 0, done.out
    summaries = {stage["name"]: stage["summary"] for stage in report_of(done)["stages"]}
    assert summaries["replay (sqlite)"] == f"2 revision(s) upgraded from {start}"


def test_a_start_at_the_head_where_nothing_tells_what_is_new(younger: Path, headway: Program) -> None:
    """The newest revision stands for what is new there, and the database has it already."""
    (younger / "schema.sql").write_text(f"-- headway: stands at aa02\n{STARTS['schema.sql']}")
    (younger / ".headway.yml").write_text("scratch: {start: schema.sql}\n")  # and no baseline
    done = headway("ci", *JSON, cwd=younger)
    summaries = {stage["name"]: stage["summary"] for stage in report_of(done)["stages"]}
    assert summaries["downgrade (sqlite)"] == "no new revision to take down"


def test_a_change_cannot_hide_its_revision_in_the_start(younger: Path, headway: Program) -> None:
    git(younger, "init", "-q", "-b", "main")
    (younger / "schema.sql").write_text(STARTS["schema.sql"])
    add_to_policy(younger, "scratch: {start: schema.sql}")
    git(younger, "add", "-A")
    git(younger, "commit", "-qm", "released")
    git(younger, "update-ref", "refs/remotes/origin/main", "HEAD")
    (younger / "migrations" / "versions" / "aa03_breaks.py").write_text(
        'from alembic import op\n\nrevision = "aa03"\ndown_revision = "aa02"\n\n\n'
        'def upgrade() -> None:\n    op.execute("SELECT 1 FROM nowhere")\n\n\ndef downgrade() -> None:\n    pass\n'
    )
    (younger / "schema.sql").write_text(f"-- headway: stands at aa03\n{STARTS['schema.sql']}")
    done = headway("ci", *JSON, "--base", "origin/main", cwd=younger)
    assert done.code == 2, done.out
    whys = " ".join(str(stage["why"]) for stage in report_of(done)["stages"])
    assert "scratch databases begin with revision aa03, which is new here" in whys


def git(place: Path, *arguments: str) -> None:
    who = ["-c", "user.name=dev", "-c", "user.email=dev@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True)


def test_what_a_start_opens_by_itself_does_not_leave_the_scratch_database(younger: Path, headway: Program) -> None:
    tripwire = younger / "live.db"
    (younger / "app" / "db.py").write_text(
        f"import sqlite3\n\n\ndef create(connection):\n    sqlite3.connect('{tripwire}').execute('CREATE TABLE x (a)')\n"
    )
    add_to_policy(younger, "scratch: {start: 'app.db:create'}")
    done = headway("ci", *JSON, cwd=younger)
    assert done.code == 1
    assert not tripwire.exists()


@pytest.mark.parametrize(
    ("start", "file", "said"),
    [
        ("no_such_thing", "", "which is no file, no module:function and no revision"),
        ("app.db:nothing", "", "has no function nothing()"),
        ("s.sql", "SELECT 1;\nCREATE TABEL t (a INT);\n", "s.sql:2: the start of the scratch database fails"),
        ("s.sql", "-- headway: stands at zz99\n", "stands at 'zz99', which is no revision"),
    ],
)
def test_a_start_that_cannot_be_is_one_clear_line(
    younger: Path, headway: Program, start: str, file: str, said: str
) -> None:
    (younger / "s.sql").write_text(file)
    add_to_policy(younger, f"scratch: {{start: '{start}'}}")
    done = headway("ci", *JSON, cwd=younger)
    (stage,) = [stage for stage in report_of(done)["stages"] if stage["name"] == "replay (sqlite)"]
    assert (done.code, stage["status"]) == (2, "error")
    assert said in f"{stage['file']}:{stage['line']}: {stage['why']}" + stage["why"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_baseline_of_a_live_database_is_a_start(
    younger: Path, headway: Program, request: pytest.FixtureRequest, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    percent = "'100 %; really'"
    doubled = percent if kind == "sqlite" else percent.replace("%", "%%")  # for the drivers that look for parameters
    execute(
        url,
        f"CREATE TABLE things (id INTEGER NOT NULL PRIMARY KEY, word VARCHAR(40) DEFAULT {doubled})",
        "CREATE INDEX ix_word ON things (word)",
        "CREATE VIEW words AS SELECT word FROM things",
        "INSERT INTO things (id) VALUES (1)",
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
        "INSERT INTO alembic_version VALUES ('aa01')",
    )
    before = holds(url)
    done = headway("baseline", "--url", "env:LIVE", "-o", "schema.sql", cwd=younger, env={"LIVE": url})
    assert done.code == 0, done.err
    assert holds(url) == before
    written = (younger / "schema.sql").read_text()
    assert written.startswith("-- headway: stands at aa01\n")
    assert "alembic_version" not in written and "INSERT" not in written
    execute(url, "DROP VIEW words", "DROP TABLE things", "DROP TABLE alembic_version")
    add_to_policy(younger, "scratch: {start: schema.sql}")
    models = younger / "app" / "models.py"
    word = f'    sa.Column("word", sa.String(40), server_default=sa.text("{percent}")),\n    sa.Index("ix_word", "word"),\n)'
    models.write_text(models.read_text().removesuffix(")\n") + word)
    scratch = "sqlite" if kind == "sqlite" else "env:LIVE"
    done = headway("ci", "--scratch", scratch, "--format", "json", cwd=younger, env={"LIVE": url})
    report = report_of(done)
    assert done.code == 0, done.out
    assert [stage["summary"] for stage in report["stages"]][2] == "1 revision(s) upgraded from schema.sql"


# -- adopt ------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_a_past(storefront: Path) -> Path:
    """The shop without a policy, with a branch that nobody merged, drift, and findings in what is released."""
    (storefront / ".headway.yml").unlink()
    edit(storefront / "storefront" / "models.py", COLUMN, f"{COLUMN}\n    note: Mapped[str | None]")
    newest = storefront / "migrations" / "versions" / NEWEST
    other = newest.read_text().replace("d16e2b7f5a08", "e00000000001").partition("def upgrade")[0]
    body = (
        "def upgrade() -> None:\n    op.drop_table('coupons', if_exists=True)\n\n\ndef downgrade() -> None:\n    pass\n"
    )
    (storefront / "migrations" / "versions" / "e00000000001_side.py").write_text(other + body)
    return storefront


def test_adopt_makes_the_gate_green_as_it_is_and_red_on_what_comes(with_a_past: Path, headway: Program) -> None:
    assert headway("ci", *JSON, cwd=with_a_past).code == 1
    done = headway("adopt", "--owner", "shop team", "-q", cwd=with_a_past)
    assert done.code == 0, done.out + done.err
    assert "accepted: 1 finding(s), 1 difference(s)" in done.out
    assert len(done.out.splitlines()) <= 10
    policy = load_policy(str(with_a_past))
    assert (policy.expected_heads, policy.stages) == (2, STAGES)
    assert [entry.owner for entry in policy.accepted_drift] == ["shop team"]
    assert all("when headway was adopted on 20" in ignore.reason for ignore in policy.ignores)
    report = report_of(headway("ci", *JSON, cwd=with_a_past))
    assert (report["exit_code"], report["result"]) == (0, "pass")
    edit(with_a_past / "storefront" / "models.py", "note: Mapped[str | None]", "note: Mapped[int | None]")
    assert headway("ci", *JSON, cwd=with_a_past).code == 1
    again = headway("adopt", cwd=with_a_past)
    assert again.code == 2
    assert "there is a policy already: .headway.yml" in again.err


def test_adopt_accepts_no_fault_of_the_graph(storefront: Path, headway: Program) -> None:
    (storefront / ".headway.yml").unlink()
    versions = storefront / "migrations" / "versions"
    (versions / "copy.py").write_text((versions / NEWEST).read_text())
    done = headway("adopt", "-q", cwd=storefront)
    assert done.code == 1
    assert "remains: " in done.out and "REV003" in done.out
    assert headway("ci", cwd=storefront).code == 1


def test_adopt_begins_where_an_empty_database_does_not_do(younger: Path, headway: Program) -> None:
    (younger / ".headway.yml").unlink()
    done = headway("adopt", "-q", cwd=younger)
    assert done.code == 0, done.out
    assert "scratch databases start from headway-start.sql" in done.out
    start = (younger / "headway-start.sql").read_text()
    assert (
        "scratch.start was made from the models: what is older than it is not compared"
        in headway("ci", cwd=younger).out
    )
    assert start.startswith("-- headway: stands at aa02\n-- headway: made from the models\nCREATE TABLE things")
    assert load_policy(str(younger)).stages == STAGES
    live = f"sqlite:///{younger}/live.db"
    execute(live, "CREATE TABLE things (id INTEGER NOT NULL PRIMARY KEY)")
    done = headway("adopt", "-q", "--force", "--url", "env:LIVE", cwd=younger, env={"LIVE": live})
    assert done.code == 0, done.out
    assert (younger / "headway-start.sql").read_text().startswith("CREATE TABLE things")


@pytest.mark.parametrize("told", ["", "sqlalchemy.url = sqlite:///dev.db\n"])
def test_adopt_replays_on_what_the_database_is(younger: Path, headway: Program, postgresql_url: str, told: str) -> None:
    """The start is PostgreSQL's, which SQLite cannot read."""
    (younger / ".headway.yml").unlink()
    ini = younger / "alembic.ini"
    kept = [line for line in ini.read_text().splitlines(keepends=True) if not line.startswith("sqlalchemy.url")]
    ini.write_text("".join(kept).replace("[alembic]\n", f"[alembic]\n{told}"))
    execute(postgresql_url, "CREATE TABLE things (id SERIAL PRIMARY KEY)")
    done = headway("adopt", "-q", "--url", "env:LIVE", cwd=younger, env={"LIVE": postgresql_url})
    execute(postgresql_url, "DROP TABLE things")
    assert done.code == 0, done.out + done.err
    assert "databases: postgresql" in done.out
    assert "replay (postgresql)" in done.out
    assert load_policy(str(younger)).dialects == ("postgresql",)


@pytest.mark.parametrize(
    ("live", "code", "said"),
    [
        ("postgresql+psycopg://u:hunter2@127.0.0.1:1/x", 3, "Connection refused"),
        ("mysqlx://u:hunter2@a/b", 2, "mysqlx"),
        ("sqlite:////nowhere/at/all.db", 2, "/nowhere/at"),
    ],
)
def test_adopt_says_in_one_line_that_a_database_is_not_there(
    younger: Path, headway: Program, live: str, code: int, said: str
) -> None:
    (younger / ".headway.yml").unlink()
    done = headway("adopt", "-q", "--url", "env:LIVE", cwd=younger, env={"LIVE": live})
    done.assert_one_clear_line(said)
    assert done.code == code
    assert "hunter2" not in done.out + done.err
    assert not (younger / ".headway.yml").exists()


def test_adopt_reads_a_database_by_an_env_py_that_wants_a_connection(younger: Path, headway: Program) -> None:
    (younger / ".headway.yml").unlink()
    env_py = younger / "migrations" / "env.py"
    text = env_py.read_text()
    engine = text[text.index("engine = sa.engine_from_config") :]
    env_py.write_text(text.replace(engine, 'migrate(config.attributes["connection"])\n'))
    live = f"sqlite:///{younger}/live.db"
    execute(live, "CREATE TABLE things (id INTEGER NOT NULL PRIMARY KEY)")
    done = headway("adopt", "-q", "--url", "env:LIVE", cwd=younger, env={"LIVE": live})
    assert done.code == 0, done.out + done.err
    assert (younger / "headway-start.sql").read_text().startswith("CREATE TABLE things")
    assert load_policy(str(younger)).passed_connection == "connection"
    assert headway("ci", *JSON, cwd=younger).code == 0


def test_adopt_switches_a_comparison_off_that_env_py_cannot_begin(younger: Path, headway: Program) -> None:
    (younger / ".headway.yml").unlink()
    env_py = younger / "migrations" / "env.py"
    env_py.write_text(env_py.read_text().replace("target_metadata=metadata", "target_metadata=object()"))
    done = headway("adopt", "-q", cwd=younger)
    assert done.code == 0, done.out
    assert "switched off: drift: " in done.out
    assert "drift" not in load_policy(str(younger)).stages


def test_adopt_says_what_a_job_of_its_own_will_see(younger: Path, headway: Program) -> None:
    """A model that only a revision imports is known to whoever has run that, and to no job that starts behind it."""
    (younger / ".headway.yml").unlink()
    (younger / "app" / "late.py").write_text(
        "import sqlalchemy as sa\n\nfrom app.models import metadata\n\n"
        "late = sa.Table('late', metadata, sa.Column('id', sa.Integer, primary_key=True))\n"
    )
    first = younger / "migrations" / "versions" / "aa01_things.py"
    first.write_text(first.read_text().replace("from alembic import op", "import app.late\nfrom alembic import op"))
    done = headway("adopt", "-q", cwd=younger)
    assert (done.code, headway("ci", "-q", cwd=younger).code) == (0, 0), done.out
    assert "accepted: 0 finding(s), 0 difference(s)" in done.out


def test_adopt_switches_off_what_cannot_run_and_says_why(younger: Path, headway: Program) -> None:
    (younger / ".headway.yml").unlink()
    env_py = younger / "migrations" / "env.py"
    env_py.write_text(env_py.read_text().replace("target_metadata=metadata", "target_metadata=None"))
    assert "target_metadata=None" in env_py.read_text()
    done = headway("adopt", "-q", cwd=younger)
    assert done.code == 0, done.out
    assert "switched off: replay: " in done.out and "no such table: things" in done.out
    assert "to have them: 'headway adopt --force --url env:NAME'" in done.out
    assert load_policy(str(younger)).stages == ("graph", "lint")


def test_a_project_that_cannot_be_run_is_not_green_after_adopt(storefront: Path, headway: Program) -> None:
    (storefront / ".headway.yml").unlink()
    models = storefront / "storefront" / "models.py"
    models.write_text(f"import no_such_package_a\nimport no_such_package_b.inner\n{models.read_text()}")
    done = headway("adopt", "-q", cwd=storefront)
    assert done.code == 2
    assert "Not installed here are: no_such_package_a, no_such_package_b." in done.out
    assert load_policy(str(storefront)).stages == STAGES


# -- doctor -----------------------------------------------------------------------------------------------------


def test_doctor_sees_each_stage_turn_red_and_leaves_the_project_alone(storefront: Path, headway: Program) -> None:
    before = sorted(path for path in storefront.rglob("*") if "__pycache__" not in path.parts)
    assert headway("doctor", cwd=storefront).code == 0
    done = headway("doctor", "--inject", "-q", cwd=storefront, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert done.code == 0, done.out
    assert [line[:4] for line in done.out.splitlines()] == ["ok  "] * 5
    assert done.out.count("turns red") == 5
    assert sorted(path for path in storefront.rglob("*") if "__pycache__" not in path.parts) == before


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        ("rules: {DST001: off, DWN001: off}", "FAIL  lint: STAYS PASS"),
        ("rules: {DWN005: off}", "FAIL  downgrade: STAYS PASS"),
        ("stages: {drift: off}", "ok    drift: switched off by the policy, so nothing is proved"),
    ],
)
def test_doctor_says_what_a_policy_has_switched_off(storefront: Path, headway: Program, policy: str, line: str) -> None:
    add_to_policy(storefront, policy)
    done = headway("doctor", "--inject", "-q", cwd=storefront)
    assert done.code == int(line.startswith("FAIL"))
    assert line in done.out


def test_doctor_does_not_take_an_old_fault_for_a_proof(drifting: Path, headway: Program) -> None:
    newest = drifting / "migrations" / "versions" / NEWEST
    newest.write_text(newest.read_text().replace("def upgrade() -> None:", "def upgrade() -> None:\n    1 / 0"))
    done = headway("doctor", "--inject", "-q", cwd=drifting)
    assert done.code == 1
    assert "FAIL  replay: is red without the bad revision, and proves nothing" in done.out


def test_doctor_names_what_is_not_well(storefront: Path, headway: Program) -> None:
    models = storefront / "storefront" / "models.py"
    models.write_text(f"import no_such_package_a\n{models.read_text()}")
    add_to_policy(storefront, "base: no-such-branch")
    done = headway("doctor", cwd=storefront)
    assert done.code == 1
    assert "FAIL  packages: not installed here: no_such_package_a" in done.out


def test_a_project_that_lies_elsewhere_is_named(tmp_path: Path, headway: Program) -> None:
    for name in ("shop/api", "shop/.venv/x", "shop/node_modules/y"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "alembic.ini").write_text("[alembic]\n")
    below = headway("ci", cwd=tmp_path)
    assert below.code == 2
    assert "There is one below: cd shop/api, or -c shop/api/alembic.ini" in below.err
    # A pyproject.toml of the application is no project of migrations.
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    for command in ("ci", "current", "adopt"):
        beside = headway(command, cwd=tmp_path)
        assert beside.code == 2
        beside.assert_one_clear_line("its pyproject.toml has no [tool.alembic]", "-c shop/api/alembic.ini")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "alembic.cfg").write_text("[alembic]\n")
    several = headway("ci", cwd=tmp_path)
    assert "There are several below: config/alembic.cfg, shop/api/alembic.ini; name one" in several.err
    (tmp_path / "pyproject.toml").write_text("[tool.alembic]\nnonsense = 1\n")
    assert "No 'script_location' key" in headway("current", cwd=tmp_path).err
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "shop" / "api" / "deep" / "er").mkdir(parents=True)
    above = headway("lint", cwd=tmp_path / "shop" / "api" / "deep" / "er")
    assert "There is one above: cd ../.." in above.err


@pytest.mark.parametrize("how", ["dialects: [mysql]", "url"])
def test_a_history_of_mysql_is_not_replayed_on_sqlite(tmp_path: Path, headway: Program, how: str) -> None:
    project = make_project(tmp_path, TEMPLATE, url="mysql+pymysql://app@db/shop" if how == "url" else None)
    if how != "url":
        add_to_policy(project, how)
    done = headway("ci", "--format", "json", cwd=project)
    assert done.code == 2
    (stage,) = [stage for stage in report_of(done)["stages"] if stage["name"].startswith("replay")]
    assert "makes no scratch database of that kind" in stage["why"]
    assert "Give --scratch the URL of an empty mysql database" in stage["why"]
