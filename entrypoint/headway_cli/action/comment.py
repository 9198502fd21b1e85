"""The comment on a pull request: one for each configuration, found again by its first line and its author, and kept true.

Only root's half does this: the token is nobody else's. Where GitHub does not let us, that is said, and fails nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from headway.errors import ConfigError, UsageError
from headway.report.comment import LIMIT, render
from headway.report.model import Configuration
from headway.report.read import BYTES, read_report
from headway_cli.action.event import event_of
from headway_cli.action.github_api import ApiError, GitHubApi
from headway_cli.action.inputs import Inputs
from headway_cli.action.workplace import read_back

BOT = "github-actions[bot]"
"""Who the token of a job writes as."""

_MARKER = re.compile(r"<!-- headway:comment [0-9a-f]{12} [^<>\n]* -->")
_CLEAN = "✅"
_MINIMIZE = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: RESOLVED})"
    " { minimizedComment { isMinimized } } }"
)
_SHOW = "mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { unminimizedComment { isMinimized } } }"
_HELP = {
    401: "the token is not taken: give the input 'token' ${{ github.token }}",
    403: "the job may not write comments: give it 'permissions: pull-requests: write'; for a change from a fork see docs/action.md",
    404: "the job may not see pull requests, or there is no such one: give it 'permissions: pull-requests: write'",
}


def publish_comment(inputs: Inputs, environment: Mapping[str, str], body: str) -> str:
    """Makes the pull request's comment say ``body``, and returns in a line what was done, or why nothing was."""
    if not inputs.token:
        return "no comment: the input 'token' is empty; give it ${{ github.token }}"
    if len(body) > LIMIT or not _MARKER.match(body):
        return "no comment: what was written for it is none"
    api = GitHubApi(environment.get("GITHUB_API_URL") or "https://api.github.com", inputs.token)
    try:
        number = _number(api, environment)
        if number is None:
            return "no comment: this run is of no open pull request"
        return _Comments(api, environment, number).say(body)
    except ApiError as error:
        why = None if error.is_limit else _HELP.get(error.status)
        return f"no comment: GitHub answers {error}" + (f"; {why}" if why else "")
    except UsageError as error:
        return f"no comment: {error.message}"
    except (ValueError, KeyError, TypeError) as error:  # an address or an answer of another shape than is documented
        return f"no comment: GitHub is not understood ({type(error).__name__})"


def comment_on_report(inputs: Inputs, environment: Mapping[str, str]) -> str:
    """Comments a report that another workflow has written, which may be a stranger's.

    Raises UsageError for what is no report, ConfigError for a file that cannot be read.
    """
    workspace = os.path.realpath(environment.get("GITHUB_WORKSPACE") or os.getcwd())
    path = os.path.relpath(os.path.join(inputs.working_directory, inputs.report_file), workspace)
    data = read_back(workspace, path, BYTES)
    if data is None:
        raise ConfigError(
            f"there is no plain file of at most {BYTES} bytes, or a link leads to it",
            path=path,
            hint="Download the report before, with actions/download-artifact and the run's id.",
        )
    configuration = Configuration(
        inputs.config[0] if inputs.config else "alembic.ini", inputs.name[0] if inputs.name else "alembic"
    )
    return publish_comment(inputs, environment, render(read_report(data, inputs.report_file, configuration)))


def _number(api: GitHubApi, environment: Mapping[str, str]) -> int | None:
    """The pull request: of its own event, or the open one that has the very commit that another workflow looked at.

    A report does not say which one it is about: who writes it would choose.
    """
    event = event_of(environment)
    of_pull_request = _at(event, "pull_request", "number")
    if isinstance(of_pull_request, int):
        return of_pull_request
    run = _at(event, "workflow_run")
    if environment.get("GITHUB_EVENT_NAME") != "workflow_run" or not isinstance(run, dict):
        return None
    commit, branch = run.get("head_sha"), run.get("head_branch")
    owner = _at(run, "head_repository", "owner", "login")
    if not all(isinstance(one, str) and one for one in (commit, branch, owner)):
        return None
    head = quote(f"{owner}:{branch}", safe="")
    found = [
        one.get("number")
        for one in api.pages(f"/repos/{_repository(environment)}/pulls?state=open&per_page=100&head={head}")
        if _at(one, "head", "sha") == commit
    ]
    return found[0] if len(found) == 1 and isinstance(found[0], int) else None


class _Comments:
    """The comments of one pull request."""

    def __init__(self, api: GitHubApi, environment: Mapping[str, str], number: int) -> None:
        self._api, self._number = api, number
        self._place = f"/repos/{_repository(environment)}/issues"
        self._graphql = environment.get("GITHUB_GRAPHQL_URL") or "https://api.github.com/graphql"

    def say(self, body: str) -> str:
        """Creates, changes or resolves our comment; leaves those of others alone."""
        clean = body.split("\n", 2)[1:2] != [] and body.split("\n", 2)[1].startswith(_CLEAN)
        ours = self._ours(body.split("\n", 1)[0])
        if ours is None:
            if clean:
                return "no comment: all is well, and there is none to correct"
            self._api.send("POST", f"{self._place}/{self._number}/comments", {"body": body})
            return f"commented on pull request {self._number}"
        if _same(ours.get("body"), body):
            return f"the comment on pull request {self._number} says so already"
        self._api.send("PATCH", f"{self._place}/comments/{int(ours['id'])}", {"body": body})
        if isinstance(ours.get("node_id"), str):
            with suppress(ApiError):  # it reads the same, folded or not
                self._api.graphql(self._graphql, _MINIMIZE if clean else _SHOW, {"id": ours["node_id"]})
        return f"the comment on pull request {self._number} was brought up to date"

    def _ours(self, marker: str) -> dict[str, Any] | None:
        login = self._login()
        for one in self._api.pages(f"{self._place}/{self._number}/comments?per_page=100"):
            by = _at(one, "user", "login")
            if by == login and str(_at(one, "body") or "").split("\n", 1)[0].rstrip("\r") == marker:
                return dict(one)
        return None

    def _login(self) -> str:
        """Who we write as: a job's own token does not tell, and is the bot's."""
        try:
            login = _at(self._api.get("/user"), "login")
        except ApiError as error:
            if error.status not in (403, 404) or error.is_limit:
                raise
            return BOT
        return login if isinstance(login, str) else BOT


def _same(there: object, body: str) -> bool:
    """GitHub keeps no white space at the end, and other line ends."""
    return isinstance(there, str) and there.replace("\r\n", "\n").strip() == body.strip()


def _repository(environment: Mapping[str, str]) -> str:
    name = environment.get("GITHUB_REPOSITORY", "")
    if not re.fullmatch(r"(?!\.+/)[\w.-]+/(?!\.+$)[\w.-]+", name):
        raise UsageError("GITHUB_REPOSITORY names no repository", hint="The runner sets it.")
    return name


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
