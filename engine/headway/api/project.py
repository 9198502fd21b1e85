"""A project as the use cases see it: configuration, policy, script directory, and where its repository is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from functools import cached_property

from headway.compat.hook import serving_alembic
from headway.config.load import config_files, load_config
from headway.config.model import Config
from headway.config.policy import Policy, Reader, load_policy
from headway.errors import ConfigError, UsageError
from headway.process import printing_to_stderr
from headway.redact import redact, remember_password
from headway.report.model import Configuration
from headway.repository import git
from headway.repository.event import against
from headway.runtime.options import DEFAULT_LOCK_TIMEOUT
from headway.runtime.runner import served_by
from headway.runtime.script_directory import ScriptDirectory
from headway.script.directory import RevisionDirectory
from headway.valueclass import valueclass

TRUST_HINT = "Leave out --untrusted where the code has been read by somebody; 'lint' and 'graph' execute nothing."


@valueclass(frozen=True)
class Project:
    """Opened once per command; nothing of the user's has been executed."""

    files: tuple[str, ...]
    name: str
    config: Config
    policy: Policy
    directory: RevisionDirectory
    """The revision files as text."""
    home: str
    """The directory of the configuration file."""
    root: str
    """The repository's top, or ``home`` outside of one; paths in reports are relative to it."""
    untrusted: bool = False
    """Whether nothing of the checkout may be executed, and so no database be opened."""
    policy_of_base: bool = False
    """Whether this is a pull request that changes the policy, which is then the base's."""
    x: tuple[str, ...] = ()
    """What env.py reads with ``context.get_x_argument()``: each ``NAME=VALUE``."""
    planted: frozenset[str] = frozenset()
    """Revisions that lie outside of the project and count as new."""
    opened: float = field(default_factory=time.time, compare=False)
    """When that was; what changes later was perhaps read before it changed, and perhaps after."""

    @cached_property
    def scripts(self) -> ScriptDirectory:
        """The revision files where migrations run anyway: those whose headers are computed have been run.

        Raises UsageError for an untrusted project, ScriptError for a file that cannot be read or run.
        """
        refuse_untrusted("running a migration", self.untrusted)
        made = ScriptDirectory.of_project(self.config)
        with served_by(serving_alembic), printing_to_stderr():
            made.history.require_sound()
        return made

    @property
    def configuration(self) -> Configuration:
        """What tells this project from the others of the repository."""
        source = self.config.config_file_name or self.config.toml_file_name
        return Configuration(self.shown(source or "alembic.ini"), self.name)

    def shown(self, path: str) -> str:
        """A path as reports show it."""
        return shown_from(self.root, path)

    def fresh_config(self) -> Config:
        """A configuration that a run may change without the next one seeing it."""
        config = load_config(self.files, self.name)
        config.more_versions = self.config.more_versions
        if self.x:
            from argparse import Namespace  # that module takes longer than opening a project

            config.cmd_opts = Namespace(x=list(self.x))
        return config

    def with_planted(self, folders: Iterable[str], revisions: Iterable[str]) -> Project:
        """The same project with the revision files of other folders in its history; the project's own files stay.

        A squash stands beside what it replaces where that is among them, as a branch of its own.
        """
        config = load_config(self.files, self.name)
        config.more_versions = tuple(folders)
        return replace(
            self, config=config, directory=RevisionDirectory.from_config(config), planted=frozenset(revisions)
        )

    def database_url(self, given: str | None) -> str | None:
        """The URL of the database that a command was given; None leaves the choice to env.py, as 'upgrade' does.

        Raises UsageError when nothing is given and nothing is configured, or for what is neither a URL nor a target.
        """
        if given is None:
            if self.config.get_main_option("sqlalchemy.url"):
                return None
            raise UsageError(
                "no database is named, and the configuration has no sqlalchemy.url",
                hint="Give --url, such as --url env:DATABASE_URL.",
            )
        from headway.runtime.target import require_readable  # who names no database needs no SQLAlchemy

        url = self.resolve_url(given)
        if "://" not in url:
            targets = ", ".join(sorted(self.policy.targets)) or "none"
            raise UsageError(
                f"'{redact(given)}' is neither a database URL nor a target of the policy, whose targets are: {targets}",
                hint="Use env:NAME, file:PATH, cmd:COMMAND, a URL such as postgresql+psycopg://host/name, or add it to "
                "'targets' in .headway.yml.",
            )
        require_readable(url)
        return url

    def lock_timeout(self, url: str | None, asked: float | None) -> float:
        """Seconds to wait for another run on the database of ``url``: what was asked for, or its target's setting."""
        target = self.policy.targets.get(url or "")
        wanted = asked if asked is not None or target is None else target.lock_timeout
        return DEFAULT_LOCK_TIMEOUT if wanted is None else wanted

    def resolve_url(self, url: str) -> str:
        """The database URL behind ``env:NAME``, ``file:PATH``, ``cmd:COMMAND``, a target's name or a URL.

        Asked only where a database is about to be opened. Raises GraphError where a command would have to be run for
        a broken history, UsageError for an untrusted project or when there is nothing behind it.
        """
        if self.untrusted:
            raise UsageError("an untrusted project opens no database", hint=TRUST_HINT)
        target = self.policy.targets.get(url)
        written = target.url if target is not None else url
        if written.startswith("cmd:"):
            self.scripts.history.require_sound()
        resolved = resolve_url(written)
        remember_password(resolved)
        return resolved


def open_project(
    files: Sequence[str] = (),
    name: str = "alembic",
    *,
    untrusted: bool = False,
    base: str | None = None,
    x: Sequence[str] = (),
) -> Project:
    """The project of these configuration files, or of the working directory; ``untrusted`` lets nothing of it run, and
    ``x`` are the arguments for its env.py.

    The policy of a pull request, and of an untrusted change, is the one that the base has: nobody sets the rules that he
    is judged by.
    Raises ConfigError when there is none or it cannot be read.
    """
    config = load_config(tuple(files), name)
    source = config.config_file_name or config.toml_file_name
    home = os.path.dirname(os.path.abspath(source)) if source else os.getcwd()
    root = git.find_root(home) or _workspace_of(home) or home
    judged_by_base = untrusted or against(os.environ).branch is not None
    read = _reader_at_base(home, base) if judged_by_base else None
    policy = _policy(home, root, read)
    return Project(
        files=tuple(files),
        name=name,
        config=config,
        policy=policy,
        directory=RevisionDirectory.from_config(config),
        home=home,
        root=root,
        untrusted=untrusted,
        policy_of_base=read is not None and _differs(home, root, policy),
        x=tuple(x),
    )


def configuration_of(files: Sequence[str], name: str) -> Configuration:
    """The same as :attr:`Project.configuration` for a project that perhaps cannot be opened."""
    try:
        ini, toml = config_files(files)
    except ConfigError:
        ini, toml = files[0], None
    found = (path for path in ("alembic.ini", toml, "pyproject.toml") if path and os.path.isfile(path))
    path = os.path.abspath(ini or next(found, toml or "alembic.ini"))
    home = os.path.dirname(path)
    try:
        root = git.find_root(home) or _workspace_of(home) or home
    except ConfigError:
        root = home
    return Configuration(shown_from(root, path), name)


def shown_from(root: str, path: str) -> str:
    """A path as reports show it: relative to ``root``, where it is inside of it."""
    relative = os.path.relpath(path, root)
    return path if relative.startswith(".." + os.sep) else relative


def _policy(home: str, root: str, read: Reader | None) -> Policy:
    policy = load_policy(home, read)
    return load_policy(root, read) if policy.path is None and root != home else policy


def _differs(home: str, root: str, policy: Policy) -> bool:
    """Whether the checkout has another policy; one that cannot be read is another one."""
    try:
        return _policy(home, root, None) != policy
    except ConfigError:
        return True


def _reader_at_base(home: str, base: str | None) -> Reader | None:
    """What reads the files of the base; None where there is no base to read them from."""
    named = base or git.default_base(home, None)
    return None if named is None else git.reader_at_base(home, named)


def refuse_untrusted(verb: str, untrusted: bool) -> None:
    """Raises UsageError where ``verb`` would have to execute the checkout's code, and may not."""
    if untrusted:
        raise UsageError(f"'{verb}' executes the project's code, and nothing of it may run: untrusted", hint=TRUST_HINT)


def _workspace_of(directory: str) -> str | None:
    """The checkout of a GitHub job, for an image without git."""
    workspace = os.environ.get("GITHUB_WORKSPACE", "")
    inside = workspace and os.path.realpath(directory).startswith(os.path.realpath(workspace) + os.sep)
    return os.path.realpath(workspace) if inside else None


def resolve_url(url: str) -> str:
    """The URL that ``env:NAME``, ``file:PATH`` or ``cmd:COMMAND`` leads to; anything else is the URL itself.

    Raises UsageError when there is nothing behind it.
    """
    kind, colon, rest = url.partition(":")
    if not colon or rest.startswith("//"):
        return url
    if kind == "env":
        value = os.environ.get(rest, "")
        if not value.strip():
            raise UsageError(f"the environment variable {rest} is not set", hint=f"Set {rest} to the database's URL.")
        return value.strip()
    if kind == "file":
        try:
            with open(rest, encoding="utf-8") as file:
                return file.read().strip()
        except OSError as error:
            hint = "The user that runs headway must be able to read it; a container sees only what is mounted into it."
            raise UsageError(f"the URL's file cannot be read: {error.strerror}", path=rest, hint=hint) from error
    if kind == "cmd":
        return _output_of(rest)
    return url


def _output_of(command: str) -> str:
    import shlex
    import subprocess

    try:
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=False)
    except OSError as error:
        hint = "It is run without a shell: name a program that is on the PATH, or 'sh -c \"…\"'."
        raise UsageError(f"the command for the URL cannot be run: {error}", hint=hint) from error
    if done.returncode != 0 or not done.stdout.strip():
        raise UsageError(
            f"the command for the URL printed none and ended with status {done.returncode}",
            hint="Run it by hand: it must print the URL and nothing else.",
        )
    return done.stdout.strip()
