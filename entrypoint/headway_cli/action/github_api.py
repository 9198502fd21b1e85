"""GitHub's REST and GraphQL interfaces, as far as a comment needs them: patient where it is asked to wait, and never for long.

See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and, for pages,
https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any

from headway.pattern import pattern
from headway.version import VERSION

PATIENCE = 60.0
"""Seconds that are waited in all, whatever GitHub asks for."""

ATTEMPTS = 4
PAGES = 50
"""Of a hundred comments each."""

TIMEOUT = 20.0
_NEXT = pattern(r'<([^<>]+)>;\s*rel="next"')
_ANSWER_BYTES = 32 * 1024 * 1024


class ApiError(Exception):
    """What GitHub has refused: the status, 0 where it could not be reached, and its words."""

    def __init__(self, status: int, said: str, *, is_limit: bool = False) -> None:
        super().__init__(f"{status}: {said}" if status else said)
        self.status = status
        self.is_limit = is_limit
        """Whether it was asked too often, and not for what it may not do."""


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows nobody: a redirect would take the token along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class GitHubApi:
    """One server and one token, which no message repeats."""

    def __init__(self, url: str, token: str, sleep: Callable[[float], object] = time.sleep) -> None:
        self._url, self._token, self._sleep = url.rstrip("/"), token, sleep
        self._left = PATIENCE
        self._opener = urllib.request.build_opener(_Stays)

    def get(self, path: str) -> Any:
        """The answer to a GET. Raises ApiError."""
        return self._ask("GET", self._url + path)[0]

    def pages(self, path: str) -> Iterator[Any]:
        """Every item of a list, page by page. Raises ApiError."""
        url: str | None = self._url + path
        for _ in range(PAGES):
            items, headers = self._ask("GET", str(url))
            if not isinstance(items, list):
                raise ApiError(0, "the answer is no list")
            yield from items
            found = _NEXT.search(headers.get("Link", ""))
            url = found[1] if found and found[1].startswith(self._url + "/") else None
            if url is None:
                return

    def send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        """The answer to a POST, PATCH or DELETE. Raises ApiError."""
        return self._ask(method, self._url + path, body)[0]

    def graphql(self, url: str, query: str, variables: dict[str, Any]) -> Any:
        """The data of a GraphQL answer. Raises ApiError, for errors in a good answer too."""
        answer = self._ask("POST", url, {"query": query, "variables": variables})[0]
        if not isinstance(answer, dict) or answer.get("errors"):
            raise ApiError(0, "GraphQL refused it")
        return answer.get("data")

    def _ask(self, method: str, url: str, body: dict[str, Any] | None = None) -> tuple[Any, Message]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, url, body)
            except urllib.error.HTTPError as error:
                with error:
                    said = _said(error)
                wait = _asked_to_wait(error.code, error.headers, attempt)
                if wait is None or attempt == ATTEMPTS or wait > self._left:
                    raise ApiError(error.code, said, is_limit=wait is not None) from None
            except (OSError, http.client.HTTPException) as error:
                # A comment that may have been made is not made twice.
                wait = 2.0**attempt / 2
                if method == "POST" or attempt == ATTEMPTS or wait > self._left:
                    raise ApiError(0, f"GitHub cannot be reached: {getattr(error, 'reason', error)}") from None
            self._left -= wait
            self._sleep(wait)
        raise AssertionError("unreachable")

    def _once(self, method: str, url: str, body: dict[str, Any] | None) -> tuple[Any, Message]:
        request = urllib.request.Request(
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "User-Agent": f"headway/{VERSION}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            data = answer.read(_ANSWER_BYTES)
            try:
                return json.loads(data or b"null"), answer.headers
            except ValueError:
                raise ApiError(0, "the answer is no JSON") from None


def _said(error: urllib.error.HTTPError) -> str:
    try:
        message = json.loads(error.read(65_536))["message"]
    except (OSError, ValueError, KeyError, TypeError):
        message = error.reason
    return " ".join(str(message).split())[:200]


def _asked_to_wait(status: int, headers: Message, attempt: int) -> float | None:
    """Seconds to wait before the same again; None where that would change nothing.

    A primary limit says when it ends, a secondary one how long to wait, or nothing.
    """
    if status in (403, 429):
        if (after := headers.get("Retry-After", "")).isdigit():
            return float(after)
        if headers.get("X-RateLimit-Remaining") == "0" and headers.get("X-RateLimit-Reset", "").isdigit():
            return max(0.0, float(headers["X-RateLimit-Reset"]) - time.time()) + 1
        return 2.0**attempt if status == 429 else None
    return 2.0**attempt / 2 if status in (500, 502, 503, 504) else None
