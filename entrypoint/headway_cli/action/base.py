"""Brings the base branch into a copy of the checkout, and takes the job's credentials out of it. Runs nothing of it.

``python -m headway_cli.action.base`` in the project's directory, before anything of the project runs there.
"""

from __future__ import annotations

import os
import sys

from headway.config.policy import load_policy
from headway.errors import HeadwayError
from headway.redact import redacted_line
from headway.repository.git import default_base, not_fetched
from headway.repository.locate import Repository, find_repository
from headway.repository.program import ask

_CREDENTIALS = r"^(http\..*\.?extraheader|http\.extraheader|credential\..*|include(if)?\..*|url\..*|remote\..*\.url)$"
"""Settings that hold a token, or lead to a file that does. See https://github.com/actions/checkout and
https://git-scm.com/docs/git-config"""


def main() -> int:
    """Fetches what the clone lacks of the base, and prints why it could not; nothing where all is well. Returns 0."""
    here = os.getcwd()
    try:
        default_base(here, load_policy(here).base)
        why = not_fetched(here)
    except HeadwayError as error:
        why = redacted_line(error)
    if why:
        print(why)
    repository = find_repository(here)
    if repository is not None:
        take_credentials_out(repository)
    return 0


def take_credentials_out(repository: Repository) -> None:
    """Removes from the repository's configuration what git would send to a server."""
    names = ask(repository, "config", "--local", "--no-includes", "--name-only", "--get-regexp", _CREDENTIALS) or ""
    for name in sorted({line for line in names.splitlines() if line and "url" not in line.rsplit(".", 1)[-1]}):
        ask(repository, "config", "--local", "--unset-all", name)
    for name in sorted({line for line in names.splitlines() if line.startswith("remote.")}):
        url = (ask(repository, "config", "--local", "--get", name) or "").strip()
        if "@" in url:
            ask(repository, "config", "--local", "--replace-all", name, _without_user(url))


def _without_user(url: str) -> str:
    scheme, found, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{found}{host.rpartition('@')[2]}{slash}{path}"


if __name__ == "__main__":
    sys.exit(main())
