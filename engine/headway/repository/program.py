"""The git program, run on one repository so that nothing of the checkout can make it run anything else.

Only commands that read objects and references are run here, and one that fetches them; never one that looks at files of
the work tree: those run filters, an external diff, a file system monitor. See https://git-scm.com/docs/git-config and
https://git-scm.com/docs/gitattributes
"""

from __future__ import annotations

import os
import subprocess

from headway.errors import ConfigError
from headway.repository.locate import Repository

SECONDS = 60
"""How long git may take for one question."""

_SETTINGS = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.gitProxy=false",
    "core.askPass=false",
    "credential.helper=",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "maintenance.auto=false",
    "gc.auto=0",
    "advice.graftFileDeprecated=false",
)

_REMOTE_SETTINGS = (
    "core.alternateRefsCommand=false",
    "fetch.writeCommitGraph=false",
    "fetch.bundleURI=",
    "transfer.bundleURI=false",
    "transfer.fsckObjects=true",
    "http.saveCookies=false",
    "http.cookieFile=",
    "http.followRedirects=initial",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=20",
)
"""For the one command that talks to a server: what it could run or write, and how long a silent server is waited for."""

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    # A partial clone fetches what it lacks, by whatever program the repository names: neither the newer switch nor
    # the list of protocols lets it.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


class GitFailed(ConfigError):
    """Git answered a question with an error of its own, which the message repeats."""


def ask(repository: Repository, *arguments: str) -> str | None:
    """What git prints; None when it says no by exit status 1, without a word. Raises as :func:`ask_bytes` does."""
    answer = ask_bytes(repository, *arguments)
    return None if answer is None else os.fsdecode(answer)


def ask_remote(repository: Repository, *arguments: str) -> None:
    """Runs a command that may talk to a server over HTTP, and by nothing else. Raises as :func:`ask_bytes` does."""
    _run(repository, arguments, b"", (*_SETTINGS, *_REMOTE_SETTINGS), _environment(online=True))


def ask_bytes(repository: Repository, *arguments: str, told: bytes = b"") -> bytes | None:
    """As :func:`ask`, for what is no text; ``told`` is git's standard input.

    Raises GitFailed with git's own reason, ConfigError when git is not installed.
    """
    return _run(repository, arguments, told, _SETTINGS, _environment())


def _run(
    repository: Repository, arguments: tuple[str, ...], told: bytes, settings: tuple[str, ...], env: dict[str, str]
) -> bytes | None:
    command = ["git", *(word for setting in settings for word in ("-c", setting)), "--no-pager"]
    command += [f"--git-dir={repository.git_dir}", f"--work-tree={repository.root}", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=repository.root,
            env=env,
            input=told,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise ConfigError(
            "git is not installed, and without it nobody can tell which revisions are new",
            path=repository.root,
            hint="Install git, or judge every revision with --all.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise GitFailed(f"git {arguments[0]} did not answer within {SECONDS} seconds", path=repository.root) from error
    except (OSError, ValueError) as error:
        raise GitFailed(f"git cannot be run: {error}", path=repository.root) from error
    said = os.fsdecode(done.stderr).strip()
    if done.returncode == 1 and not said:
        return None
    if done.returncode:
        reason = said or f"it ended with status {done.returncode}"
        raise GitFailed(
            f"git {arguments[0]} failed: {' '.join(reason.split())}",
            path=repository.root,
            hint="Mend the repository, or judge every revision with --all.",
        )
    return done.stdout


_CERTIFICATES = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH")


def _environment(*, online: bool = False) -> dict[str, str]:
    """The caller's environment with nothing in it that tells git what to do, except what we say."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "SSH_ASKPASS")) or (online and name in _CERTIFICATES)
    }
    return {**kept, **_ENVIRONMENT, **({"GIT_ALLOW_PROTOCOL": "http:https"} if online else {})}
