"""Modules of the checkout are not ours while nothing of it is to run, however Python has been started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixtures.programs import ROOT, run_program, run_python
from hostile.repositories import INI, Checkout, good

NAMES = [
    "argparse",
    "ast",
    "configparser",
    "copy",
    "dataclasses",
    "datetime",
    "difflib",
    "gettext",
    "hashlib",
    "html",
    "inspect",
    "json",
    "locale",
    "logging",
    "platform",
    "pprint",
    "queue",
    "secrets",
    "shlex",
    "shutil",
    "string",
    "subprocess",
    "tempfile",
    "textwrap",
    "threading",
    "token",
    "tokenize",
    "tomllib",
    "traceback",
    "typing",
    "urllib",
    "uuid",
    "yaml",
    "typer",
    "click",
    "rich",
    "sqlglot",
    "sqlalchemy",
    "mako",
    "alembic",
]
"""What Python itself has not imported by the time that our first line runs."""

STATIC = (
    ["lint"],
    ["lint", "--untrusted"],
    ["graph"],
    ["heads"],
    ["history", "-v"],
    ["branches"],
    ["show", "head"],
    ["rules"],
)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = good(tmp_path)
    for name in NAMES:
        made.write(f"shop/{name}.py", made.python_trap)
        made.write(f"lib/{name}.py", made.python_trap)
    made.commit()
    return made


@pytest.mark.parametrize("arguments", STATIC, ids=" ".join)
def test_python_m_in_the_project(arguments: list[str], checkout: Checkout) -> None:
    """The working directory stands in front of the standard library."""
    done = run_program("headway_cli", *arguments, cwd=checkout.shop)
    assert not checkout.tripwire.exists()
    assert done.code in (0, 1), done.err
    assert "DST001" in done.out or arguments[0] != "lint"


@pytest.mark.parametrize("arguments", STATIC, ids=" ".join)
def test_folders_of_the_checkout_in_pythonpath(arguments: list[str], checkout: Checkout, tmp_path: Path) -> None:
    """As the installed program starts, with the project's own folders in PYTHONPATH."""
    code = "import sys; sys.path[:1] = []; from headway_cli.main import main; sys.exit(main(sys.argv[1:]))"
    places = [ROOT / "engine", ROOT / "entrypoint", checkout.workspace / "lib"]
    path = os.pathsep.join(map(str, places))
    done = run_python(code, *arguments, cwd=checkout.shop, env={"PYTHONPATH": path})
    assert not checkout.tripwire.exists()
    assert done.code in (0, 1), done.err


def test_user_code_finds_its_own_modules(tmp_path: Path) -> None:
    """What was set aside is given back when env.py runs, in the order it had."""
    checkout = good(tmp_path)
    checkout.write("shop/colours.py", "")
    checkout.write("shop/alembic.ini", INI.replace("prepend_sys_path = .", ""))
    checkout.write(
        "shop/migrations/env.py",
        f"import colours, sys\nassert sys.path[0] in ('', {str(checkout.shop)!r})\n{checkout.python_trap}",
    )
    done = run_program("headway_cli", "current", cwd=checkout.shop)
    assert checkout.tripwire.exists(), done.err


# -- package:path -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prepend", "folder"), [(".", "shop"), ("lib", "shop/lib"), ("", "shop")], ids=["here", "a folder", "python -m"]
)
def test_a_package_is_found_and_not_imported(prepend: str, folder: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    place = checkout.workspace / folder / "ours" / "inner"
    place.mkdir(parents=True)
    (checkout.shop / "migrations").rename(place / "migrations")
    checkout.write(f"{folder}/ours/__init__.py", checkout.python_trap)
    checkout.write(f"{folder}/ours/inner/__init__.py", checkout.python_trap)
    checkout.write(
        "shop/alembic.ini",
        f"[alembic]\nscript_location = ours.inner:migrations\nprepend_sys_path = {prepend}\npath_separator = os\n",
    )
    done = run_program("headway_cli", "heads", cwd=checkout.shop)
    assert not checkout.tripwire.exists()
    assert done.out == "b2 (head)\n", done.err


def test_a_package_that_is_not_there_and_one_in_an_archive_are_said(tmp_path: Path) -> None:
    import zipfile

    checkout = good(tmp_path)
    ini = "[alembic]\nscript_location = packed:migrations\nprepend_sys_path = packed.zip\npath_separator = os\n"
    checkout.write("shop/alembic.ini", ini)
    run_program("headway_cli", "heads", cwd=checkout.shop).assert_one_clear_line("no package 'packed'")
    with zipfile.ZipFile(checkout.shop / "packed.zip", "w") as archive:
        archive.writestr("packed/__init__.py", checkout.python_trap)
    run_program("headway_cli", "heads", cwd=checkout.shop).assert_one_clear_line("lies in an archive")
    assert not checkout.tripwire.exists()
