"""Post-write hooks of every kind, from either file, run on a new file as Alembic runs them. One that fails is an error."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from compat.histories import draw
from compat.peers import ALEMBIC, HEADWAY, Program
from compat.projects import SCRIPT, lay_out
from headway.compat.hook import serving_alembic


class Case(NamedTuple):
    """Settings of hooks in an ini file and in pyproject.toml; ``{place}`` is the project's directory."""

    name: str
    ini: str = ""
    toml: str = ""


CASES = [
    Case("exec", "hooks = a\na.type = exec\na.executable = {place}/note.sh"),
    Case("exec here", "hooks = a\na.type = exec\na.executable = %(here)s/note.sh"),
    Case("exec options", "hooks = a\na.type = exec\na.executable = {place}/note.sh\na.options = -l 79 --x 'a b'"),
    Case(
        "exec token",
        "hooks = a\na.type = exec\na.executable = {place}/note.sh\na.options = --fix REVISION_SCRIPT_FILENAME -q",
    ),
    Case(
        "exec token within",
        "hooks = a\na.type = exec\na.executable = {place}/note.sh\na.options = --file=REVISION_SCRIPT_FILENAME",
    ),
    Case("exec cwd", "hooks = a\na.type = exec\na.executable = {place}/note.sh\na.cwd = %(here)s/scripts"),
    Case("module", "hooks = a\na.type = module\na.module = noter\na.options = 1 2"),
    Case("module cwd", "hooks = a\na.type = module\na.module = noter\na.cwd = %(here)s/scripts"),
    Case(
        "console script",
        "hooks = a\na.type = console_scripts\na.entrypoint = mako-render\na.options = --output-file %(here)s/out.txt REVISION_SCRIPT_FILENAME",
    ),
    Case(
        "two",
        "hooks = a, b\na.type = exec\na.executable = {place}/note.sh\na.options = 1\nb.type = module\nb.module = noter\nb.options = 2",
    ),
    Case(
        "two by a space",
        "hooks = a b\na.type = exec\na.executable = {place}/note.sh\nb.type = exec\nb.executable = {place}/note.sh",
    ),
    Case("none", "hooks ="),
    Case("none named", "a.type = exec"),
    Case("no type", "hooks = a\na.executable = {place}/note.sh"),
    Case("unknown type", "hooks = a\na.type = magic"),
    Case("no executable", "hooks = a\na.type = exec"),
    Case("no module", "hooks = a\na.type = module"),
    Case("no entrypoint", "hooks = a\na.type = console_scripts"),
    Case("unknown entrypoint", "hooks = a\na.type = console_scripts\na.entrypoint = no-such-program"),
    Case("executable that is not there", "hooks = a\na.type = exec\na.executable = {place}/nothere.sh"),
    Case("toml exec", "", 'name = "a"\ntype = "exec"\nexecutable = "%(here)s/note.sh"\noptions = "-l 79"'),
    Case(
        "toml module", "", 'name = "a"\ntype = "module"\nmodule = "noter"\noptions = "--fix REVISION_SCRIPT_FILENAME"'
    ),
    Case(
        "toml two",
        "",
        'name = "a"\ntype = "exec"\nexecutable = "{place}/note.sh"\n[[tool.alembic.post_write_hooks]]\nname = "b"\ntype = "module"\nmodule = "noter"',
    ),
    Case(
        "toml behind ini",
        "hooks = a\na.type = exec\na.executable = {place}/note.sh\na.options = ini",
        'name = "a"\ntype = "exec"\nexecutable = "{place}/note.sh"\noptions = "toml"',
    ),
    Case("toml behind an empty section", "hooks =", 'name = "a"\ntype = "exec"\nexecutable = "{place}/note.sh"'),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hook(case: Case, tmp_path: Path) -> None:
    mine, theirs = (run(program, case, tmp_path / "project") for program in (HEADWAY, ALEMBIC))
    assert mine[:3] == theirs[:3]


@pytest.mark.parametrize("kind", ["exec", "module", "console_scripts", "toml"])
def test_a_hook_that_fails_is_an_error_and_the_file_stays(kind: str, tmp_path: Path) -> None:
    """Alembic goes on as if nothing had happened."""
    case = {
        "exec": Case("", "hooks = a\na.type = exec\na.executable = {place}/fails.sh"),
        "module": Case("", "hooks = a\na.type = module\na.module = failing"),
        "console_scripts": Case(
            "", "hooks = a\na.type = console_scripts\na.entrypoint = mako-render\na.options = --nonsense"
        ),
        "toml": Case("", "", 'name = "a"\ntype = "exec"\nexecutable = "%(here)s/fails.sh"'),
    }[kind]
    mine, theirs = (run(program, case, tmp_path / "project") for program in (HEADWAY, ALEMBIC))
    assert (mine[0], theirs[0]) == (True, False)
    assert "scripts/versions/n1_m.py" in mine[2]
    assert re.search(r"post write hook 'a' ended with status \d+", mine[3])


@pytest.mark.parametrize("served", [True, False], ids=["headway", "alembic"])
def test_a_hook_that_a_program_registers(served: bool, tmp_path: Path) -> None:
    """``@write_hooks.register(name)``: called with the file and the options, before the types that come with it."""
    lay_out(tmp_path, draw("aaaa01:"))
    (tmp_path / "scripts" / "script.py.mako").write_text(SCRIPT)
    with (tmp_path / "alembic.ini").open("a") as file:
        file.write("[post_write_hooks]\nhooks = a\na.type = spaces-to-tabs\na.width = 4\n")
    noted: list[Any] = []
    with serving_alembic() if served else contextlib.nullcontext():
        write_hooks = importlib.import_module("alembic.script.write_hooks")

        @write_hooks.register("spaces-to-tabs")
        def convert(filename: str, options: dict[str, str]) -> None:
            noted.append((Path(filename).name, dict(options)))

        config = importlib.import_module("alembic.config").Config(str(tmp_path / "alembic.ini"), stdout=io.StringIO())
        with contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module("alembic.command").revision(config, "m", rev_id="n1")
    assert noted == [("n1_m.py", {"type": "spaces-to-tabs", "width": "4", "_hook_name": "a"})]


def run(program: Program, case: Case, place: Path) -> tuple[bool, str, dict[str, str], str]:
    """Whether a new revision failed, what it said on standard output, every file after it, and the errors."""
    place.mkdir()
    lay_out(place, draw("aaaa01:"))
    (place / "scripts" / "script.py.mako").write_text(SCRIPT)
    for name, text in (
        ("note.sh", f'#!/bin/sh\necho "$PWD:" "$@" >> {place}/noted.txt\n'),
        ("fails.sh", "#!/bin/sh\nexit 3\n"),
    ):
        (place / name).write_text(text)
        (place / name).chmod(0o755)
    code = f"import os, sys\nopen({str(place / 'noted.txt')!r}, 'a').write(f'{{os.getcwd()}}: {{sys.argv[1:]}}\\n')\n"
    (place / "noter.py").write_text(code)
    (place / "failing.py").write_text("raise SystemExit(3)")
    if case.ini:
        with (place / "alembic.ini").open("a") as file:
            file.write(f"prepend_sys_path = %(here)s\n[post_write_hooks]\n{case.ini.replace('{place}', str(place))}\n")
    if case.toml:
        text = case.toml.replace("{place}", str(place))
        (place / "pyproject.toml").write_text(
            f"[tool.alembic]\nprepend_sys_path = ['%(here)s']\n[[tool.alembic.post_write_hooks]]\n{text}\n"
        )
    importlib.invalidate_caches()  # Alembic looks the module up, in a directory that was not there before
    said = program("revision", "-m", "m", "--rev-id", "n1", cwd=place, env={"PYTHONPATH": str(place)})
    out = re.sub(r"^FAILED: .*\n|^  FAILED\n", "", said.out, flags=re.M)
    files = {
        str(path.relative_to(place)): re.sub("Create Date.*", "", path.read_text())
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }
    shutil.rmtree(place)
    return said.failed, out, files, said.err
