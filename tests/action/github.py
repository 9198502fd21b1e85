"""A server that behaves as GitHub documents it for comments on issues. No tests of its own.

https://docs.github.com/en/rest/issues/comments and https://docs.github.com/en/rest/pulls/pulls
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_0123456789abcdefghijklmnopqrstuvwxyz"
BOT = "github-actions[bot]"


@dataclass
class GitHub:
    """What the server knows, and how it is to answer."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    """Comments on lines of the change."""
    changed: dict[str, range] = field(default_factory=dict)
    """The lines of each file that the change has."""
    login: str = BOT
    writes: bool = True
    sees: bool = True
    queue: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Answers to give first, before it does as it is asked."""
    asked: list[str] = field(default_factory=list)
    minimized: dict[str, bool] = field(default_factory=dict)
    url: str = ""

    def comment(self, body: str, login: str = BOT) -> dict[str, Any]:
        number = len(self.comments) + 1
        made = {"id": number, "node_id": f"IC_{number}", "body": body, "user": {"login": login}}
        self.comments.append(made)
        return made

    @property
    def bodies(self) -> list[str]:
        return [one["body"] for one in self.comments]


class _Handler(BaseHTTPRequestHandler):
    hub: GitHub

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self.handle_it(None)

    def do_POST(self) -> None:
        self.handle_it(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    do_PATCH = do_POST

    def do_DELETE(self) -> None:
        self.handle_it(None)

    def handle_it(self, body: Any) -> None:
        hub, parts = self.hub, urlsplit(self.path)
        hub.asked.append(f"{self.command} {parts.path}")
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, {"message": "Bad credentials"})
        if hub.queue:
            status, headers = hub.queue.pop(0)
            return self.answer(status, {"message": "You have exceeded a secondary rate limit"}, headers)
        if parts.path == "/graphql":
            hub.minimized[body["variables"]["id"]] = "RESOLVED" in body["query"]
            return self.answer(200, {"data": {}})
        if parts.path == "/user":
            if hub.login == BOT:
                return self.answer(403, {"message": "Resource not accessible by integration"})
            return self.answer(200, {"login": hub.login})
        if not hub.sees:
            return self.answer(404, {"message": "Not Found"})
        if self.command == "GET":
            return self.listed(parts.path, parse_qs(parts.query))
        if not hub.writes:
            return self.answer(403, {"message": "Resource not accessible by integration"})
        if "/pulls/" in parts.path:
            return self.review(parts.path, body)
        if len(body["body"]) > 65_536:
            return self.answer(422, {"message": "Validation Failed: body is too long"})
        if self.command == "POST":
            return self.answer(201, hub.comment(body["body"], hub.login))
        found = next(one for one in hub.comments if one["id"] == int(parts.path.rsplit("/", 1)[1]))
        if found["user"]["login"] != hub.login:
            return self.answer(403, {"message": "Must have admin rights"})
        found["body"] = body["body"]
        return self.answer(200, found)

    def review(self, path: str, body: Any) -> None:
        """https://docs.github.com/en/rest/pulls/comments"""
        hub = self.hub
        if self.command == "DELETE":
            hub.reviews = [one for one in hub.reviews if one["id"] != int(path.rsplit("/", 1)[1])]
            return self.answer(204, None)
        first = body.get("start_line", body["line"])
        known = {"commit_id", "body", "path", "line", "side", "start_line", "start_side"}
        if body.keys() - known or not {first, body["line"]} <= set(hub.changed.get(body["path"], ())):
            return self.answer(422, {"message": "Validation Failed: line must be part of the diff"})
        if "start_line" in body and first >= body["line"]:
            return self.answer(422, {"message": "Validation Failed: start_line must precede the end line"})
        made = {**body, "id": 100 + len(hub.asked), "user": {"login": hub.login}}
        hub.reviews.append(made)
        return self.answer(201, made)

    def listed(self, path: str, query: dict[str, list[str]]) -> None:
        items = self.hub.pulls if path.endswith("/pulls") else self.hub.comments
        items = self.hub.reviews if "/pulls/" in path else items
        size, page = int(query["per_page"][0]), int(query.get("page", ["1"])[0])
        headers = {}
        if page * size < len(items):
            headers["Link"] = f'<{self.hub.url}{path}?per_page={size}&page={page + 1}>; rel="next", <x>; rel="last"'
        self.answer(200, items[(page - 1) * size : page * size], headers)


@contextmanager
def serving(hub: GitHub) -> Iterator[GitHub]:
    """Runs the server; ``hub.url`` is its address meanwhile."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield hub
        server.shutdown()
        thread.join()
