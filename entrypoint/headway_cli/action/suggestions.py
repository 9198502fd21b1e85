"""Review suggestions on a pull request, one for each finding that can be mended on its lines; kept true as the comment is.

Only root's half does this. A suggestion can only stand on lines that the pull request changes; others are left out.
See https://docs.github.com/en/rest/pulls/comments
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from headway.pattern import pattern
from headway.report.suggestions import LIMIT, SCHEMA
from headway.valueclass import valueclass
from headway_cli.action.event import event_of
from headway_cli.action.github_api import ApiError
from headway_cli.action.inputs import Inputs
from headway_cli.action.pull_request import PullRequest, at, on_pull_request

LONGEST = 20_000
"""Characters of one."""

_MARKER = pattern(r"<!-- headway:suggestion ([0-9a-f]{12}) [0-9a-f]{12} -->")
_NOT_IN_THE_DIFF, _GONE = 422, 404


@valueclass(frozen=True, slots=True)
class _Suggestion:
    path: str
    start_line: int
    line: int
    body: str

    @property
    def marker(self) -> str:
        return self.body.split("\n", 1)[0]


def publish_suggestions(inputs: Inputs, environment: Mapping[str, str], body: str, written: bytes) -> str | None:
    """Makes the suggestions on the pull request those of ``written``, which the format ``suggestions`` has made.

    ``body`` is the comment's, by whose configuration ours are found again. Returns in a line what was done, or why
    nothing was; None where there is nothing to do and nothing to say.
    """
    commit = at(event_of(environment), "pull_request", "head", "sha")
    of = re.match(r"<!-- headway:comment ([0-9a-f]{12}) ", body)
    if not inputs.token or of is None or not isinstance(commit, str):
        return None
    wanted = _read(written)
    if wanted is None:
        return "no suggestions: what was written for them is none"
    wanted = [one for one in wanted if _MARKER.fullmatch(one.marker)[1] == of[1]]  # type: ignore[index]  # _read has looked
    said = on_pull_request(
        inputs, environment, "no suggestions", lambda pull: _Suggestions(pull, commit, of[1]).say(wanted)
    )
    return said or None


def _read(written: bytes) -> list[_Suggestion] | None:
    """The suggestions in a document that a stranger may have had in hand; None where it is none."""
    try:
        document = json.loads(written)
        if document["schema"] != SCHEMA or len(document["suggestions"]) > LIMIT:
            return None
        found = [_Suggestion(**one) for one in document["suggestions"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if all(map(_is_one, found)) else None


def _is_one(given: _Suggestion) -> bool:
    texts = isinstance(given.path, str) and isinstance(given.body, str) and len(given.body) <= LONGEST
    numbers = all(type(line) is int and line > 0 for line in (given.start_line, given.line))
    return texts and numbers and given.start_line <= given.line and _MARKER.fullmatch(given.marker) is not None


class _Suggestions:
    """Those of one configuration on one pull request."""

    def __init__(self, pull: PullRequest, commit: str, configuration: str) -> None:
        self._pull, self._commit, self._configuration = pull, commit, configuration
        self._place = f"/repos/{pull.repository}/pulls"

    def say(self, wanted: list[_Suggestion]) -> str:
        """Makes those that are not there, and takes those away that nobody makes any more and nobody has answered."""
        ours, answered = self._ours()
        made = left = gone = 0
        for one in wanted:
            if one.marker in ours:
                continue
            try:
                self._pull.api.send("POST", f"{self._place}/{self._pull.number}/comments", self._document(one))
                made += 1
            except ApiError as error:
                if error.status != _NOT_IN_THE_DIFF:
                    raise
                left += 1
        current = {one.marker for one in wanted}
        for marker, number in ours.items():
            if marker not in current and number not in answered:
                try:
                    self._pull.api.send("DELETE", f"{self._place}/comments/{number}", None)
                except ApiError as error:
                    if error.status != _GONE:  # somebody was quicker
                        raise
                gone += 1
        told = (
            (made, "made"),
            (gone, "taken away"),
            (left, "left out, as GitHub takes none there: mostly lines that the pull request does not change"),
        )
        said = ", ".join(f"{count} {what}" for count, what in told if count)
        return f"suggestions on pull request {self._pull.number}: {said}" if said else ""

    def _document(self, one: _Suggestion) -> dict[str, Any]:
        several = {"start_line": one.start_line, "start_side": "RIGHT"} if one.start_line < one.line else {}
        where = {"path": one.path, "line": one.line, "side": "RIGHT", **several}
        return {"commit_id": self._commit, "body": one.body, **where}

    def _ours(self) -> tuple[dict[str, int], set[int]]:
        """The ids of ours by their first line, and the ids of all comments that somebody has answered."""
        login = self._pull.login()
        ours: dict[str, int] = {}
        answered: set[int] = set()
        for one in self._pull.api.pages(f"{self._place}/{self._pull.number}/comments?per_page=100"):
            if isinstance(reply := at(one, "in_reply_to_id"), int):
                answered.add(reply)
            marker = str(at(one, "body") or "").split("\n", 1)[0].rstrip("\r")
            match = _MARKER.fullmatch(marker)
            if match and match[1] == self._configuration and at(one, "user", "login") == login:
                ours[marker] = int(one["id"])
        return ours, answered
