"""Projects of Flask-Migrate: an ini file that names no script directory, and an env.py that runs inside of an application."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.programs import Program

WEB = """\
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Customer(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(40))


def create_app():
    app = Flask("shop")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:////{live}"
    db.init_app(app)
    Migrate(app, db)
    return app


application = create_app()


def nothing():
    return None
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {down!r}


def upgrade():
    {up}


def downgrade():
    {down_body}
"""
CUSTOMER = 'op.create_table("customer", sa.Column("id", sa.Integer(), nullable=False), sa.Column("name", sa.String(40)), sa.PrimaryKeyConstraint("id"))'
INI = ("-c", "migrations/alembic.ini")


@pytest.fixture
def flask(tmp_path: Path) -> Path:
    """What ``flask db init`` makes, with one revision; the application's database is a file that nobody may touch."""
    import flask_migrate

    project = tmp_path / "p"
    (project / "shop").mkdir(parents=True)
    (project / "shop" / "__init__.py").write_text("")
    (project / "shop" / "web.py").write_text(WEB.replace("{live}", f"{project}/live.db"))
    template = Path(flask_migrate.__file__).parent / "templates" / "flask"
    shutil.copytree(template, project / "migrations")
    (project / "migrations" / "versions").mkdir()
    (project / "migrations" / "alembic.ini.mako").rename(project / "migrations" / "alembic.ini")
    revision = REVISION.format(id="a1", down=None, up=CUSTOMER, down_body='op.drop_table("customer")')
    (project / "migrations" / "versions" / "a1_customer.py").write_text(revision)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    return project


def test_the_gate_says_what_it_needs_and_is_green_with_it(flask: Path, headway: Program) -> None:
    done = headway("ci", "-q", *INI, cwd=flask)
    assert done.code == 2
    assert "env.py wants Flask's application: name it in .headway.yml, such as app: 'shop.web:create_app'" in done.out
    for app in ("shop.web:create_app", "shop.web:application"):
        (flask / ".headway.yml").write_text(f"app: '{app}'\n")
        done = headway("ci", *INI, "--format", "json", cwd=flask)
        assert done.code == 0, done.out
        stages = {stage["name"]: stage["status"] for stage in json.loads(done.out)["stages"]}
        assert (stages["drift (sqlite)"], stages["downgrade (sqlite)"]) == ("pass", "pass")
    assert not (flask / "live.db").exists()


def test_a_model_without_a_revision_is_drift(flask: Path, headway: Program) -> None:
    (flask / ".headway.yml").write_text("app: 'shop.web:create_app'\n")
    web = flask / "shop" / "web.py"
    web.write_text(web.read_text().replace("    name =", "    email = db.Column(db.Text)\n    name ="))
    done = headway("ci", "-q", *INI, cwd=flask)
    assert done.code == 1
    assert "customer.email" in done.out


def test_plan_and_apply_reach_the_applications_database(flask: Path, headway: Program) -> None:
    (flask / ".headway.yml").write_text("app: 'shop.web:create_app'\n")
    url = f"sqlite:///{flask}/live.db"
    plan = headway("plan", *INI, "--url", url, "--format", "json", cwd=flask)
    assert plan.code == 0, plan.err
    assert not (flask / "live.db").exists()
    done = headway("apply", *INI, "--url", url, "--approve", json.loads(plan.out)["plan"]["digest"], cwd=flask)
    assert done.code == 0, done.err
    assert (flask / "live.db").exists()


def test_adopt_writes_the_application_down(flask: Path, headway: Program) -> None:
    done = headway("adopt", "-q", *INI, "--app", "shop.web:create_app", cwd=flask)
    assert done.code == 0, done.out
    assert headway("ci", "-q", *INI, cwd=flask).code == 0


@pytest.mark.parametrize(
    ("app", "code", "words"),
    [
        ("shop.web", 2, "'app' is 'shop.web'; it must be MODULE:NAME, such as shop.web:create_app"),
        ("shop.web:no_such", 2, "the module shop.web has no no_such"),
        ("shop.web:nothing", 2, "neither a Flask application nor a function that returns one or a context manager"),
        ("shop.web:db", 2, "neither a Flask application nor a function that returns one or a context manager"),
        ("no_such_shop:app", 2, "no_such_shop"),
    ],
)
def test_what_is_no_application_is_one_clear_line(
    flask: Path, headway: Program, app: str, code: int, words: str
) -> None:
    (flask / ".headway.yml").write_text(f"app: '{app}'\n")
    done = headway("ci", "-q", *INI, cwd=flask)
    assert done.code == code
    assert words in done.out + done.err
    assert "Traceback" not in done.out + done.err
