"""Repositories as a stranger's pull request may leave them, each with a tripwire in it. No tests of its own.

Each starts from the same good one: a history of one revision on ``main``, and on the branch a second that drops a table
without a word, which no gate may let pass. Then a function of the table below does its worst.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

INI = "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\nsqlalchemy.url = sqlite:///x.db\n"
REVISION = '''"""{title}"""

from alembic import op
import sqlalchemy as sa

revision = {id!r}
down_revision = {down!r}


def upgrade():
    {upgrade}


def downgrade():
    op.create_table("customers", sa.Column("id", sa.Integer()))
'''
FIRST = REVISION.format(
    title="customers", id="a1", down=None, upgrade='op.create_table("customers", sa.Column("id", sa.Integer()))'
)
SECOND = REVISION.format(title="no customers", id="b2", down="a1", upgrade='op.drop_table("customers")')


@dataclass(frozen=True)
class Checkout:
    """A workspace with the project below ``shop/``, and the file that must never come to be."""

    workspace: Path
    tripwire: Path

    @property
    def shop(self) -> Path:
        return self.workspace / "shop"

    @property
    def versions(self) -> Path:
        return self.shop / "migrations" / "versions"

    @property
    def trap(self) -> str:
        """A shell command that trips the wire."""
        return f"touch {self.tripwire}"

    @property
    def python_trap(self) -> str:
        """A statement that trips the wire."""
        return f"open({str(self.tripwire)!r}, 'w').close()\n"

    def write(self, path: str, text: str | bytes, *, executable: bool = False) -> Path:
        """Writes a file below the workspace."""
        place = self.workspace / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        if executable:
            place.chmod(0o755)
        return place

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        who = ["-c", "user.name=dev", "-c", "user.email=dev@example.org", "-c", "init.defaultBranch=main"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=cwd or self.workspace, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")


def good(place: Path) -> Checkout:
    """The repository before anybody did anything to it, on the branch."""
    checkout = Checkout(place / "workspace", place / "tripped")
    checkout.workspace.mkdir(parents=True)
    checkout.write("shop/alembic.ini", INI)
    checkout.write("shop/migrations/env.py", "")
    checkout.write("shop/migrations/versions/a1_customers.py", FIRST)
    checkout.git("init", "-q")
    checkout.commit()
    checkout.git("checkout", "-q", "-b", "branch")
    checkout.write("shop/migrations/versions/b2_no_customers.py", SECOND)
    checkout.commit()
    return checkout


HOSTILE: dict[str, Callable[[Checkout], None]] = {}


def hostile(make: Callable[[Checkout], None]) -> Callable[[Checkout], None]:
    HOSTILE[make.__name__] = make
    return make


# -- git --------------------------------------------------------------------------------------------------------


def _settings(checkout: Checkout) -> str:
    """What a configuration of git can be made to run."""
    trap = checkout.trap
    return (
        f"[core]\n\tfsmonitor = {trap}; false\n\tsshCommand = {trap}; false\n\tpager = {trap}; cat\n"
        f"\teditor = {trap}\n\thooksPath = {checkout.workspace}/hooks\n\tgitProxy = {trap}\n\taskPass = {trap}\n"
        f'[diff]\n\texternal = {trap}; true\n[diff "x"]\n\ttextconv = {trap}; cat\n\tcommand = {trap}; true\n'
        f'[filter "x"]\n\tclean = {trap}; cat\n\tsmudge = {trap}; cat\n\tprocess = {trap}\n\trequired = true\n'
        f'[credential]\n\thelper = "!{trap}; true"\n[gpg]\n\tprogram = {trap}\n'
        f"[alias]\n\trev-parse = !{trap}\n\tls-tree = !{trap}\n\tmerge-base = !{trap}\n"
        f"[pager]\n\trev-parse = {trap}\n\tls-tree = {trap}\n[interactive]\n\tdiffFilter = {trap}\n"
        f"[uploadpack]\n\tpackObjectsHook = {trap}\n[log]\n\tshowSignature = true\n"
    )


def _hooks(checkout: Checkout) -> None:
    for name in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman", "pre-auto-gc"):
        checkout.write(f"hooks/{name}", f"#!/bin/sh\n{checkout.trap}\n", executable=True)


def _bare_repository(checkout: Checkout) -> None:
    """Puts a repository with a history of its own, in which nothing on the branch is new, into the project."""
    inner = checkout.workspace.parent / "inner"
    of_inner = [f"--git-dir={inner}", f"--work-tree={checkout.shop}"]
    checkout.git(*of_inner, "init", "-q")
    checkout.git(*of_inner, "add", "-A")
    checkout.git(*of_inner, "commit", "-q", "-m", "everything is released")
    for path in inner.rglob("*"):
        if path.is_file() and "hooks" not in path.parts:
            checkout.write(f"shop/{path.relative_to(inner)}", path.read_bytes())


@hostile
def bare_repository_in_the_project(checkout: Checkout) -> None:
    """``HEAD``, ``objects``, ``refs`` and ``config`` in the project's directory: to git itself that is a repository."""
    _bare_repository(checkout)
    checkout.write(
        "shop/config", f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {checkout.shop}\n"
    )
    checkout.commit()


@hostile
def bare_repository_that_runs_commands(checkout: Checkout) -> None:
    _bare_repository(checkout)
    settings = (
        f"{_settings(checkout)}[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {checkout.shop}\n"
    )
    checkout.write("shop/config", settings)
    checkout.commit()


@hostile
def git_configuration_that_runs_commands(checkout: Checkout) -> None:
    """As an archive or an earlier step may leave ``.git/config``; with the attributes that lead to filters."""
    checkout.write("shop/.gitattributes", "*.py filter=x diff=x text eol=lf\n")
    checkout.commit()
    _hooks(checkout)
    with (checkout.workspace / ".git" / "config").open("a") as file:
        file.write(_settings(checkout))
    os.utime(checkout.versions / "b2_no_customers.py", (1, 1))  # as a fresh file: git would filter it to compare it


@hostile
def included_git_configuration(checkout: Checkout) -> None:
    checkout.write("shop/settings", _settings(checkout))
    checkout.commit()
    with (checkout.workspace / ".git" / "config").open("a") as file:
        file.write(f"[include]\n\tpath = {checkout.shop}/settings\n")
    os.utime(checkout.versions / "b2_no_customers.py", (1, 1))


@hostile
def partial_clone_whose_remote_is_a_command(checkout: Checkout) -> None:
    """What the clone lacks is fetched when somebody asks for it, by a program that the configuration names."""
    tree = checkout.git("rev-parse", "main^{tree}")
    (checkout.workspace / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with (checkout.workspace / ".git" / "config").open("a") as file:
        file.write(
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n"
            f'[remote "origin"]\n\turl = ext::sh -c "{checkout.trap}"\n\tpromisor = true\n'
            f'\tuploadpack = {checkout.trap}; git-upload-pack\n[protocol "ext"]\n\tallow = always\n'
        )


@hostile
def git_file_that_leads_into_the_checkout(checkout: Checkout) -> None:
    inner = checkout.workspace / "kept"
    checkout.git("clone", "-q", "--bare", str(checkout.workspace), str(inner))
    with (inner / "config").open("a") as file:
        file.write(_settings(checkout))
    checkout.write("shop/.git", "gitdir: ../kept\n")


@hostile
def replaced_history(checkout: Checkout) -> None:
    """``refs/replace``: to git, the commit of main is the one of the branch."""
    checkout.git("replace", "main", "branch")


@hostile
def folder_that_became_a_link(checkout: Checkout) -> None:
    """The version folder is a link to another one; none of its files is in the difference as git lists it."""
    outside = checkout.workspace.parent / "outside"
    checkout.versions.rename(outside)
    checkout.versions.symlink_to(outside)
    checkout.commit()


@hostile
def file_that_became_a_link(checkout: Checkout) -> None:
    other = checkout.workspace.parent / "b2.py"
    (checkout.versions / "b2_no_customers.py").rename(other)
    (checkout.versions / "b2_no_customers.py").symlink_to(other)
    checkout.commit()


@hostile
def history_outside_of_the_repository(checkout: Checkout) -> None:
    outside = checkout.workspace.parent / "outside"
    checkout.versions.parent.rename(outside)
    checkout.write("shop/alembic.ini", INI.replace("%(here)s/migrations", str(outside)))
    checkout.commit()


@hostile
def ignored_revision(checkout: Checkout) -> None:
    checkout.write(".gitignore", "b2*\n")
    checkout.git("rm", "-q", "--cached", "-r", ".")
    checkout.commit()


# -- Python -----------------------------------------------------------------------------------------------------


@hostile
def code_in_env_py_and_revisions(checkout: Checkout) -> None:
    checkout.write("shop/migrations/env.py", checkout.python_trap)
    checkout.write("shop/migrations/__init__.py", checkout.python_trap)
    checkout.write("shop/migrations/versions/__init__.py", checkout.python_trap)
    with (checkout.versions / "b2_no_customers.py").open("a") as file:
        file.write(checkout.python_trap)
    checkout.commit()


@hostile
def header_from_a_module_that_runs_code(checkout: Checkout) -> None:
    """Its value is followed as text, so that not even a listing has to run it."""
    checkout.write("shop/labels.py", f'{checkout.python_trap}\nLABEL = "a1"\n')
    text = SECOND.replace("'a1'", "labels.LABEL")
    assert text != SECOND
    checkout.write("shop/migrations/versions/b2_no_customers.py", f"import labels\n{text}")
    checkout.commit()


@hostile
def package_as_script_location(checkout: Checkout) -> None:
    (checkout.shop / "migrations").rename(checkout.shop / "package")
    checkout.write("shop/package/__init__.py", checkout.python_trap)
    checkout.write("shop/inside/__init__.py", checkout.python_trap)
    (checkout.shop / "package").rename(checkout.shop / "inside" / "package")
    checkout.write(
        "shop/alembic.ini",
        INI.replace("%(here)s/migrations", "inside:package").replace(
            "[alembic]", "[alembic]\nversion_locations = inside.package:versions"
        ),
    )
    checkout.commit()


_STANDARD = (
    "abc ast argparse base64 codecs collections configparser contextlib copy csv dataclasses datetime dis enum errno "
    "fnmatch functools gettext hashlib html importlib inspect io itertools json keyword linecache locale logging marshal "
    "numbers operator pathlib pickle platform pprint queue random re reprlib secrets select shlex shutil signal socket "
    "ssl stat string struct subprocess tempfile textwrap threading time token tokenize tomllib traceback types typing "
    "unicodedata urllib uuid warnings weakref zipfile"
)
_THIRD = "yaml typer click rich sqlglot sqlalchemy mako alembic shellingham tomli markdown_it headway_plugins"


def _modules(checkout: Checkout, folder: str) -> None:
    for name in f"{_STANDARD} {_THIRD}".split():
        checkout.write(f"{folder}/{name}.py", checkout.python_trap)
    for name in ("sitecustomize", "usercustomize"):
        checkout.write(f"{folder}/{name}.py", checkout.python_trap)


@hostile
def modules_of_the_standard_library(checkout: Checkout) -> None:
    """``json.py``, ``typing.py`` and the packages we use, beside alembic.ini and at the top, where Python may look."""
    _modules(checkout, "shop")
    _modules(checkout, ".")
    checkout.commit()


@hostile
def modules_in_prepend_sys_path(checkout: Checkout) -> None:
    _modules(checkout, "shop/lib")
    checkout.write("shop/alembic.ini", INI.replace("prepend_sys_path = .", "prepend_sys_path = lib"))
    checkout.write("shop/x.pth", f"import os; os.system({checkout.trap!r})\n")
    checkout.commit()


@hostile
def stale_bytecode(checkout: Checkout) -> None:
    """Bytecode beside the sources that says something else, unchecked (PEP 552)."""
    import importlib.util
    import marshal

    code = compile(checkout.python_trap, "x", "exec")
    data = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + b"\0" * 8 + marshal.dumps(code)
    for source in [*checkout.versions.glob("*.py"), checkout.shop / "migrations" / "env.py"]:
        place = Path(importlib.util.cache_from_source(str(source)))
        checkout.write(str(place.relative_to(checkout.workspace)), data)
    checkout.git("add", "-f", ".")
    checkout.commit()


@hostile
def compiled_revisions_only(checkout: Checkout) -> None:
    import importlib.util
    import marshal

    code = compile(checkout.python_trap + SECOND, "x", "exec")
    data = importlib.util.MAGIC_NUMBER + b"\0" * 12 + marshal.dumps(code)
    (checkout.versions / "b2_no_customers.py").unlink()
    checkout.write("shop/migrations/versions/b2.pyc", data)
    checkout.write("shop/alembic.ini", INI + "sourceless = true\n")
    checkout.git("add", "-f", ".")
    checkout.commit()


@hostile
def statements_hidden_by_an_encoding(checkout: Checkout) -> None:
    """In UTF-8 the table is dropped in a comment; in the encoding that the file declares, it is not."""
    hidden = SECOND.replace('op.drop_table("customers")', 'pass  # harmless +AAo-    op.drop_table("customers")')
    checkout.write("shop/migrations/versions/b2_no_customers.py", f"# coding: utf-7\n{hidden}")
    checkout.commit()


# -- settings ---------------------------------------------------------------------------------------------------


@hostile
def commands_in_the_policy(checkout: Checkout) -> None:
    checkout.write(
        "shop/.headway.yml",
        f"scratch: ['cmd:sh -c \"{checkout.trap}; echo sqlite://\"']\n"
        f"targets: {{production: {{url: 'cmd:{checkout.trap}'}}}}\n",
    )
    checkout.write("shop/alembic.ini", INI.replace("sqlite:///x.db", f"cmd:{checkout.trap}"))
    checkout.commit()


@hostile
def objects_in_the_policy(checkout: Checkout) -> None:
    checkout.write("shop/.headway.yml", f"base: !!python/object/apply:os.system ['{checkout.trap}']\n")
    checkout.commit()


@hostile
def policy_that_lets_everything_pass(checkout: Checkout) -> None:
    """Only where nobody is trusted is the policy taken from the base."""
    checkout.write("shop/.headway.yml", "baseline: b2\nrules: {DST001: off, DST002: off}\nfail_on: error\n")
    checkout.commit()


@hostile
def base_that_is_an_option(checkout: Checkout) -> None:
    checkout.write("shop/.headway.yml", f"base: '--upload-pack={checkout.trap}'\n")
    checkout.commit()


@hostile
def endless_yaml(checkout: Checkout) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    checkout.write("shop/.headway.yml", "\n".join([*lines, "fail_on: *a11"]))
    checkout.commit()


@hostile
def yaml_that_holds_itself(checkout: Checkout) -> None:
    checkout.write("shop/.headway.yml", "rules: &a {LCK101: *a}\nignore: &b [*b]\n")
    checkout.commit()


@hostile
def endless_ini(checkout: Checkout) -> None:
    lines = [f"x{n} = {f'%(x{n + 1})s' * 30}" for n in range(9)]
    checkout.write(
        "shop/alembic.ini", INI + "\n".join([*lines, "x9 = xxxxxxxxxx", "version_locations = %(x0)s"]) + "\n"
    )
    checkout.commit()


@hostile
def hooks_of_alembic(checkout: Checkout) -> None:
    checkout.write(
        "shop/alembic.ini",
        f"{INI}\n[post_write_hooks]\nhooks = a\na.type = exec\na.executable = sh\na.options = -c '{checkout.trap}'\n"
        f"[loggers]\nkeys = root\n[logger_root]\nhandlers = h\n[handlers]\nkeys = h\n"
        f"[handler_h]\nclass = __import__('os').system\nargs = ({checkout.trap!r},)\n",
    )
    checkout.write("shop/migrations/script.py.mako", f"<% import os; os.system({checkout.trap!r}) %>")
    checkout.commit()


# -- files ------------------------------------------------------------------------------------------------------


@hostile
def files_that_never_end(checkout: Checkout) -> None:
    os.mkfifo(checkout.versions / "c3.py")
    (checkout.versions / "d4.py").symlink_to("/dev/zero")
    (checkout.versions / "e5.py").symlink_to("/proc/self/mem")
    with (checkout.versions / "f6.py").open("wb") as file:
        file.truncate(5_000_000_000)
    os.mkfifo(checkout.shop / "pyproject.toml")
    os.mkfifo(checkout.shop / ".headway.yaml")


@hostile
def folders_in_a_circle(checkout: Checkout) -> None:
    (checkout.versions / "one").symlink_to(".")
    (checkout.versions / "two").symlink_to("..")
    (checkout.versions / "three.py").symlink_to("three.py")
    checkout.write("shop/alembic.ini", INI + "recursive_version_locations = true\n")
    checkout.commit()


@hostile
def reports_that_are_links(checkout: Checkout) -> None:
    """Whoever writes a report into the checkout must not write through a link in it."""
    (checkout.shop / "headway-report.json").symlink_to(checkout.tripwire)
    (checkout.shop / "plan.json").symlink_to(checkout.tripwire)
    checkout.commit()


@hostile
def names_that_are_commands(checkout: Checkout) -> None:
    title = "x\n::stop-commands::y\n::add-mask::a\n##[group]z\r::error::w\x1b[2J\u2028::set-output name=result::pass"
    text = SECOND.replace("no customers", title).replace('"customers"', '"customers\\n::warning::forged"')
    checkout.write("shop/migrations/versions/b2_no_customers.py", text)
    checkout.write("shop/migrations/versions/c\n::error::forged.py", "this is not python (\n")
    checkout.commit()


@hostile
def nested_too_deeply(checkout: Checkout) -> None:
    checkout.write("shop/migrations/versions/c3.py", f"revision = {'(' * 50_000}")
    checkout.write("shop/migrations/versions/d4.py", "if x: pass\n" + "elif x: pass\n" * 20_000)
    checkout.write("shop/migrations/versions/e5.py", f"revision = {'-' * 100_000}1")
    checkout.write("shop/migrations/versions/f6.py", f"revision = {'x.' * 100_000}y")
    checkout.commit()
