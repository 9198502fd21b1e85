"""The comment on a pull request: one for each configuration, found again by its first line and its author, and kept true.

Only root's half does this: the token is nobody else's. Where GitHub does not let us, that is said, and fails nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from headway.errors import ConfigError
from headway.pattern import pattern
from headway.report.comment import LIMIT, render
from headway.report.model import Configuration
from headway.report.read import BYTES, read_report
from headway_cli.action.github_api import ApiError
from headway_cli.action.inputs import Inputs
from headway_cli.action.pull_request import PullRequest, at, on_pull_request
from headway_cli.action.workplace import read_back

_MARKER = pattern(r"<!-- headway:comment [0-9a-f]{12} [^<>\n]* -->")
_CLEAN = "✅"
_MINIMIZE = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: RESOLVED})"
    " { minimizedComment { isMinimized } } }"
)
_SHOW = "mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { unminimizedComment { isMinimized } } }"


def publish_comment(inputs: Inputs, environment: Mapping[str, str], body: str) -> str:
    """Makes the pull request's comment say ``body``, and returns in a line what was done, or why nothing was."""
    if not inputs.token:
        return "no comment: the input 'token' is empty; give it ${{ github.token }}"
    if len(body) > LIMIT or not _MARKER.match(body):
        return "no comment: what was written for it is none"

    def say(pull: PullRequest) -> str:
        return _Comments(pull).say(body)

    return on_pull_request(inputs, environment, "no comment", say)


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


class _Comments:
    """The comments of one pull request."""

    def __init__(self, pull: PullRequest) -> None:
        self._pull, self._api, self._number = pull, pull.api, pull.number
        self._place = f"/repos/{pull.repository}/issues"

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
                self._api.graphql(self._pull.graphql, _MINIMIZE if clean else _SHOW, {"id": ours["node_id"]})
        return f"the comment on pull request {self._number} was brought up to date"

    def _ours(self, marker: str) -> dict[str, Any] | None:
        login = self._pull.login()
        for one in self._api.pages(f"{self._place}/{self._number}/comments?per_page=100"):
            by = at(one, "user", "login")
            if by == login and str(at(one, "body") or "").split("\n", 1)[0].rstrip("\r") == marker:
                return dict(one)
        return None


def _same(there: object, body: str) -> bool:
    """GitHub keeps no white space at the end, and other line ends."""
    return isinstance(there, str) and there.replace("\r\n", "\n").strip() == body.strip()
