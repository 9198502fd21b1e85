"""What people stumbled over who tried headway on projects of theirs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.programs import Program
from main_job.projects import MODELS, TEMPLATE_ENV

REVISION = """from alembic import op
import sqlalchemy as sa
revision = "aa01"
down_revision = None


def upgrade():
    op.create_table("things", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(40)))


def downgrade():
    op.drop_table("things")
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project of the layout ``src/shop``, with its settings inside of the package."""
    package = tmp_path / "repository" / "src" / "shop"
    (package / "mig" / "versions").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "models.py").write_text(MODELS)
    (package / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/mig\nsqlalchemy.url = driver://x/y\n")
    env = TEMPLATE_ENV.replace("import context\n", "import context\nfrom shop.models import metadata\n")
    (package / "mig" / "env.py").write_text(
        env.replace("connection=connection)", "connection=connection, target_metadata=metadata)")
    )
    (package / "mig" / "versions" / "aa01.py").write_text(REVISION)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path / "repository", check=True)
    return tmp_path / "repository"


def environment(place: Path, source: Path | None = None) -> Path:
    """A folder of packages with ``shop`` in it: a copy of ``source``, or a .pth to the checkout."""
    packages = place / "lib" / "site-packages"
    packages.mkdir(parents=True)
    if source is None:
        (packages / "shop.pth").write_text(f"{place / 'repository' / 'src'}\n")
    else:
        subprocess.run(["cp", "-r", str(source), str(packages / "shop")], check=True)
    return packages


def run(shop: Path, packages: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """headway in a process that has these packages as an environment has them."""
    code = (
        "import site, sys; site.addsitedir(sys.argv.pop(1)); from headway_cli.main import main; sys.argv[0] = 'headway'; "
        "sys.exit(main())"
    )
    full = [sys.executable, "-c", code, str(packages), *command]
    return subprocess.run(full, cwd=shop, capture_output=True, text=True, check=False)


CONFIG = ("-c", "src/shop/alembic.ini")


def test_models_of_an_installed_copy_are_said_to_be_others(shop: Path, tmp_path: Path) -> None:
    packages = environment(tmp_path, shop / "src" / "shop")
    same = json.loads(run(shop, packages, "ci", *CONFIG, "--scratch", "sqlite", "--format", "json").stdout)
    assert (same["exit_code"], same["not_compared"]) == (0, [])
    models = shop / "src" / "shop" / "models.py"
    models.write_text(models.read_text().replace('"name"', '"nickname"'))
    other = json.loads(run(shop, packages, "ci", *CONFIG, "--scratch", "sqlite", "--format", "json").stdout)
    (told,) = other["not_compared"]
    assert (told["kind"], told["object"]) == ("installed copy", "package shop of the checkout")
    assert "src/shop/models.py" in told["why"] and "pip install -e ." in told["why"]


def test_doctor_knows_what_an_editable_install_names(shop: Path, tmp_path: Path) -> None:
    done = run(shop, environment(tmp_path), "doctor", *CONFIG)
    assert "ok    packages: all that is imported is installed" in done.stdout, done.stdout + done.stderr
    assert "env.py, which is not run here" in done.stdout


def test_adopt_repeats_how_the_project_is_named(shop: Path, tmp_path: Path) -> None:
    done = run(shop, environment(tmp_path), "adopt", "-q", *CONFIG, "--scratch", "sqlite", "--dialect", "postgresql")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'headway ci -c src/shop/alembic.ini' is green" in done.stdout
    policy = (shop / "src" / "shop" / ".headway.yml").read_text()
    assert "dialects: [postgresql]" in policy and 'kinds: ["sqlite"]' in policy
    wrong = run(shop, tmp_path, "adopt", "--force", *CONFIG, "--dialect", "postgres")
    assert wrong.returncode == 2 and "--dialect: 'postgres' is no database that is known" in wrong.stderr


def test_an_env_py_with_a_url_of_its_own_is_told_of_once(shop: Path, tmp_path: Path) -> None:
    env = shop / "src" / "shop" / "mig" / "env.py"
    elsewhere = "create_engine('sqlite:///elsewhere.db', poolclass=NullPool)"
    env.write_text(
        env.read_text().replace(
            'create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)', elsewhere
        )
    )
    done = run(shop, environment(tmp_path), "ci", *CONFIG, "--scratch", "sqlite", "-q")
    assert done.stderr.count("Let env.py read 'sqlalchemy.url'") <= 1


def test_where_an_error_of_a_stage_comes_from_is_shown_to_who_asks(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = shop / "src" / "shop" / "mig" / "env.py"
    env.write_text("def begin():\n    return 1 / 0\n\n\nbegin()\n")
    packages = environment(tmp_path)
    plain = run(shop, packages, "ci", *CONFIG, "--scratch", "sqlite")
    assert "HEADWAY_DEBUG=1 shows where" in plain.stdout and "Traceback" not in plain.stdout + plain.stderr
    monkeypatch.setenv("HEADWAY_DEBUG", "1")
    assert "in begin" in run(shop, packages, "ci", *CONFIG, "--scratch", "sqlite").stderr


def test_two_heads_that_nobody_has_released_are_not_told_to_follow_each_other(headway: Program, tmp_path: Path) -> None:
    (tmp_path / "m" / "versions").mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/m\n")
    (tmp_path / ".headway.yml").write_text("baseline: aa01\n")
    for id_, down in (("aa01", None), ("b2", "aa01"), ("c3", "aa01")):
        text = REVISION.replace('"aa01"', f'"{id_}"').replace("None", repr(down)).replace("things", f"things_{id_}")
        (tmp_path / "m" / "versions" / f"{id_}.py").write_text(text)
    done = headway("lint", "--select", "REV001", cwd=tmp_path)
    assert done.out.count("let one follow the other: headway rebase") == 2
    assert headway("rebase", cwd=tmp_path).code == 0
    assert headway("lint", "--select", "REV001", cwd=tmp_path).code == 0


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_project_that_takes_every_database_for_sqlite_is_told_so(
    shop: Path, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Its settings name SQLite as long as nobody sets its own variable, and it listens for connections."""
    env = shop / "src" / "shop" / "mig" / "env.py"
    listener = (
        "from sqlalchemy import event\nfrom sqlalchemy.engine import Engine\n\n\n@event.listens_for(Engine, 'connect')\n"
        "def begin(connection, record):\n    connection.cursor().execute('PRAGMA foreign_keys=ON')\n\n\n"
    )
    env.write_text(listener + env.read_text())
    scratch = "postgresql" if kind == "postgresql" else str(request.getfixturevalue("mariadb_url"))
    done = run(shop, environment(tmp_path), "ci", *CONFIG, "--scratch", scratch, "--stages", "replay")
    assert done.returncode == 2, done.stdout
    assert "takes this for a SQLite database" in done.stdout and "url_variables" in done.stdout


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.py", "nowhere.py does not exist: nothing of it would be judged"),
        ("src/shop/models.py", "src/shop/models.py has no revision of this history: nothing of it would be judged"),
        ("src/shop/mig", None),
        ("src/shop/mig/versions/aa01.py", None),
    ],
)
def test_a_path_that_names_nothing_is_no_yes(shop: Path, headway: Program, path: str, said: str | None) -> None:
    done = headway("lint", *CONFIG, path, cwd=shop)
    assert done.code == (0 if said is None else 2), done.out
    if said is not None:
        done.assert_one_clear_line(said)
    else:
        assert "1 revision(s) judged" in done.out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("src/shop/models.py", "src/shop/models.py has no revision of any of these projects"),
        ("nowhere.py", "nowhere.py does not exist"),
        ("src/shop/mig/versions/aa01.py", None),
        ("src", None),
    ],
)
def test_a_path_of_none_of_several_projects_is_no_yes(
    shop: Path, headway: Program, path: str, said: str | None
) -> None:
    other = shop / "other"
    (other / "versions").mkdir(parents=True)
    (other / "versions" / "o1.py").write_text("revision = 'o1'\ndown_revision = None\n")
    (other / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s\n")
    done = headway("lint", *CONFIG, "-c", "other/alembic.ini", path, cwd=shop)
    if said is None:
        assert done.code == 0, done.out
    else:
        assert done.code == 2
        done.assert_one_clear_line(said)


def test_a_path_of_a_file_that_cannot_be_read_is_judged(shop: Path, headway: Program) -> None:
    (shop / "src" / "shop" / "mig" / "versions" / "bb02.py").write_text("revision = 'bb02'\ndown_revision = (\n")
    done = headway("lint", *CONFIG, "src/shop/mig/versions/bb02.py", cwd=shop)
    assert done.code == 1 and "REV006" in done.out
