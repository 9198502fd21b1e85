"""Reports as values, one for each situation that the formats must show. No tests of their own."""

from __future__ import annotations

from dataclasses import replace

from headway.config.dialects import Databases
from headway.drift.verdict import DriftItem, NotCompared, Verdict
from headway.effects.lock import Held, Lock
from headway.lint.change import Change, Operation, Sent, TakenLock
from headway.lint.finding import Finding, Severity
from headway.plan.model import Plan, PlanStatement, PlanStep, Target
from headway.report.model import Examined, Report, Stage, Status
from headway.revision.model import Revision

SOURCE = (
    '"""loyalty"""',
    "def upgrade():",
    '    op.add_column("customers", sa.Column("tier", sa.String(20), nullable=False))',
    "    op.execute(",
    '        "DROP TABLE coupons"',
    "    )",
)

REQUIRED = Finding(
    code="CMP003",
    name="new-required-column",
    severity=Severity.ERROR,
    message="adds NOT NULL column customers.tier without a server default",
    help="give it server_default=…",
    file="migrations/versions/7a60_loyalty.py",
    line=3,
    end_line=3,
    column=5,
    end_column=81,
    revision="7a60",
    fix='op.add_column("customers", sa.Column("tier", sa.String(20), nullable=False, server_default=""))',
    stage="lint",
)
DROPPED = Finding(
    code="DST001",
    name="drop-table",
    severity=Severity.WARNING,
    message="drops table coupons: its rows are lost, 100% of them",
    help="drop it in a later release",
    file="migrations/versions/7a60_loyalty.py",
    line=4,
    end_line=6,
    column=5,
    end_column=6,
    revision="7a60",
    stage="lint",
)
ACCEPTED = replace(DROPPED, code="MOD001", name="app-import", line=1, end_line=1).suppress("frozen by contract")
NOWHERE = Finding(
    code="REV015",
    name="nothing-examined",
    severity=Severity.INFO,
    message="no revision file was found",
    help="check script_location",
    stage="graph",
)
PLAN = Plan(
    database=Target("postgresql", "16.2", None, "shop", "public", "system 7391, database 5", "the system identifier"),
    version_table="alembic_version",
    current=("83c0",),
    target=("7a60",),
    steps=(
        PlanStep(
            "d16e",
            "upgrade",
            "migrations/versions/d16e_currency.py",
            14,
            "python3.11:0",
            (
                PlanStatement("ALTER TABLE a", "ddl", "migrations/versions/d16e_currency.py", 16, (), (), "sha256:0"),
                PlanStatement(
                    "UPDATE b SET c = %(c)s, d = %(d)s",
                    "data",
                    "migrations/versions/d16e_currency.py",
                    17,
                    (("c", "EUR"), ("d", "4711")),
                    ("d",),
                    "sha256:1",
                ),
            ),
        ),
        PlanStep(
            "7a60",
            "upgrade",
            "migrations/versions/7a60_loyalty.py",
            9,
            "python3.11:1",
            None,
            "it reads what it changes",
        ),
    ),
    environment=(
        PlanStep(
            "before",
            "environment",
            "migrations/env.py",
            None,
            "python3.11:2",
            (PlanStatement("CREATE SCHEMA IF NOT EXISTS shop", "ddl", "migrations/env.py", 12, (), (), "sha256:2"),),
        ),
        PlanStep("after", "environment", "migrations/env.py", None, "python3.11:2", ()),
    ),
    code={"migrations/env.py": "python3.11:2", "migrations/versions/d16e_currency.py": "python3.11:0"},
)

HISTORY = (
    Revision("83c0", None, doc="customers", path="/shop/migrations/versions/83c0_customers.py"),
    Revision("a1", "83c0", branch_labels=("crm",), doc="contacts"),
    Revision("b2", "83c0", doc="orders"),
    Revision("d16e", ("a1", "b2"), doc="currency", path="/shop/migrations/versions/d16e_currency.py"),
)

POSTGRESQL = Databases(frozenset({"postgresql"}), {"postgresql": (16,)}, ".headway.yml")
SHARE = Lock("SHARE", False, True, Held.SCAN, "https://www.postgresql.org/docs/current/sql-createindex.html")
CHANGES = (
    Change(
        "7a60",
        "migrations/versions/7a60_loyalty.py",
        (
            Operation(3, SOURCE[2].strip(), (TakenLock("postgresql", "customers", replace(SHARE, held=Held.INSTANT)),)),
            Operation(4, 'op.create_index("ix_a", "a", ["b"])', (TakenLock("postgresql", "a", SHARE),)),
            Operation(5, "op.execute(text)", is_unread=True),
        ),
    ),
    Change("7b71", "migrations/versions/7b71_merge.py", ()),
)
SENT = (
    Sent(
        "7a60", ("ALTER TABLE customers ADD COLUMN tier VARCHAR(20)", "CREATE INDEX ix_a ON a (b)"), "replay (sqlite)"
    ),
    Sent("7a60", ("CREATE INDEX ix_a ON a (b)",), "replay (postgresql)"),
)

SAMPLES: dict[str, Report] = {
    "clean": Report(
        command="ci",
        version="0.1.0",
        exit_code=0,
        stages=(
            Stage("graph", Status.PASS, 0.01, "14 revision(s), 1 head(s): d16e"),
            Stage("replay (sqlite)", Status.PASS, 1.25, "14 revision(s) upgraded from empty"),
        ),
        heads=("d16e",),
        examined=Examined(14, 1),
        history=HISTORY,
        new=frozenset({"d16e"}),
    ),
    "findings": Report(
        command="ci",
        version="0.1.0",
        exit_code=1,
        stages=(
            Stage("graph", Status.PASS, 0.01, "15 revision(s), 1 head(s): 7a60"),
            Stage("lint", Status.FAIL, 0.02, "1 revision(s) judged (origin/main), 3 finding(s)", exit_code=1),
            Stage(
                "replay (sqlite)",
                Status.FAIL,
                0.3,
                why="migrations/versions/7a60_loyalty.py:3: revision 7a60 failed: no such table: customers",
                exit_code=1,
                file="migrations/versions/7a60_loyalty.py",
                line=3,
            ),
            Stage("drift (sqlite)", Status.SKIPPED, 0.0, why="not run: the replay did not get through", exit_code=1),
        ),
        heads=("7a60",),
        examined=Examined(15, 1, ("migrations/versions/7a60_loyalty.py:4: SQL that is only known when it runs",)),
        findings=(ACCEPTED, REQUIRED, DROPPED, NOWHERE),
        sources={"migrations/versions/7a60_loyalty.py": SOURCE},
        new=frozenset({"7a60", "7b71"}),
        against="origin/main",
        databases=POSTGRESQL,
        changes=CHANGES,
        sent=SENT,
    ),
    "drift": Report(
        command="drift",
        version="0.1.0",
        exit_code=1,
        stages=(
            Stage(
                "drift (postgresql)",
                Status.FAIL,
                0.2,
                "1 difference(s) between models and migrations; not compared: 1 CHECK",
                exit_code=1,
            ),
        ),
        heads=("d16e",),
        examined=Examined(14, 0),
        drift=(
            DriftItem(
                Verdict.NOT_MIGRATED,
                "column orders.note",
                "the models have it, no migration adds it",
                "op.add_column('orders', sa.Column('note', sa.Text(), nullable=True))",
                stage="drift (postgresql)",
            ),
        ),
        not_compared=(
            NotCompared("CHECK", "CHECK ck_paid of table orders", "its condition is not told to be the same"),
        ),
    ),
    "plan": Report(
        command="plan",
        version="0.1.0",
        exit_code=0,
        stages=(Stage("plan", Status.PASS, 0.1, "2 revision(s) to run"),),
        heads=("7a60",),
        examined=Examined(15),
        plan=PLAN,
        changes=CHANGES,
    ),
    "nothing to apply": Report(
        command="apply",
        version="0.1.0",
        exit_code=0,
        stages=(Stage("apply", Status.PASS, 0.1, "nothing to do"),),
        heads=("7a60",),
        examined=Examined(15),
        plan=replace(PLAN, current=("7a60",), steps=()),
    ),
    "half applied": Report(
        command="apply",
        version="0.1.0",
        exit_code=4,
        stages=(
            Stage(
                "apply",
                Status.FAIL,
                2.0,
                "1 revision(s) applied",
                "revision 7a60 failed: table is full. Applied: d16e.",
                4,
            ),
        ),
        heads=("7a60",),
        examined=Examined(15),
        plan=PLAN,
        applied=("d16e",),
        failed="7a60",
        error="revision 7a60 failed: table is full. Applied: d16e.",
    ),
    "unreadable project": Report(
        command="ci",
        version="0.1.0",
        exit_code=2,
        error="no alembic.ini and no pyproject.toml here. Go to the project's directory.",
    ),
}
