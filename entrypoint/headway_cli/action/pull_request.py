"""The pull request that a job may write to: which one it is, as whom, and what to say where GitHub does not let us."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from headway.errors import UsageError
from headway.valueclass import valueclass
from headway_cli.action.event import event_of
from headway_cli.action.github_api import ApiError, GitHubApi
from headway_cli.action.inputs import Inputs

BOT = "github-actions[bot]"
"""Who the token of a job writes as."""

_HELP = {
    401: "the token is not taken: give the input 'token' ${{ github.token }}",
    403: "the job may not write comments: give it 'permissions: pull-requests: write'; for a change from a fork see docs/action.md",
    404: "the job may not see pull requests, or there is no such one: give it 'permissions: pull-requests: write'",
}


@valueclass(frozen=True, slots=True)
class PullRequest:
    """One of a repository, and the way to it."""

    api: GitHubApi
    repository: str
    number: int
    graphql: str

    def login(self) -> str:
        """Who we write as: a job's own token does not tell, and is the bot's. Raises ApiError."""
        try:
            login = at(self.api.get("/user"), "login")
        except ApiError as error:
            if error.status not in (403, 404) or error.is_limit:
                raise
            return BOT
        return login if isinstance(login, str) else BOT


def on_pull_request(
    inputs: Inputs, environment: Mapping[str, str], otherwise: str, work: Callable[[PullRequest], str]
) -> str:
    """What ``work`` says that it has done, or a line that begins with ``otherwise`` and says why it could not."""
    api = GitHubApi(environment.get("GITHUB_API_URL") or "https://api.github.com", inputs.token)
    try:
        number = _number(api, environment)
        if number is None:
            return f"{otherwise}: this run is of no open pull request"
        graphql = environment.get("GITHUB_GRAPHQL_URL") or "https://api.github.com/graphql"
        return work(PullRequest(api, _repository(environment), number, graphql))
    except ApiError as error:
        why = None if error.is_limit else _HELP.get(error.status)
        return f"{otherwise}: GitHub answers {error}" + (f"; {why}" if why else "")
    except UsageError as error:
        return f"{otherwise}: {error.message}"
    except (ValueError, KeyError, TypeError) as error:  # an address or an answer of another shape than is documented
        return f"{otherwise}: GitHub is not understood ({type(error).__name__})"


def _number(api: GitHubApi, environment: Mapping[str, str]) -> int | None:
    """The pull request: of its own event, or the open one that has the very commit that another workflow looked at.

    A report does not say which one it is about: who writes it would choose.
    """
    event = event_of(environment)
    of_pull_request = at(event, "pull_request", "number")
    if isinstance(of_pull_request, int):
        return of_pull_request
    run = at(event, "workflow_run")
    if environment.get("GITHUB_EVENT_NAME") != "workflow_run" or not isinstance(run, dict):
        return None
    commit, branch = run.get("head_sha"), run.get("head_branch")
    owner = at(run, "head_repository", "owner", "login")
    if not all(isinstance(one, str) and one for one in (commit, branch, owner)):
        return None
    head = quote(f"{owner}:{branch}", safe="")
    found = [
        one.get("number")
        for one in api.pages(f"/repos/{_repository(environment)}/pulls?state=open&per_page=100&head={head}")
        if at(one, "head", "sha") == commit
    ]
    return found[0] if len(found) == 1 and isinstance(found[0], int) else None


def _repository(environment: Mapping[str, str]) -> str:
    name = environment.get("GITHUB_REPOSITORY", "")
    if not re.fullmatch(r"(?!\.+/)[\w.-]+/(?!\.+$)[\w.-]+", name):
        raise UsageError("GITHUB_REPOSITORY names no repository", hint="The runner sets it.")
    return name


def at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
