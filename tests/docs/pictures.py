"""The pictures of the documents: pages made of a real run, photographed. ``python tests/docs/pictures.py`` makes them anew,
and a test finds one that shows something else than a run of today.

A pull request is drawn as GitHub draws one; what stands in it is headway's own output.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # as a program it knows only its own folder

from markdown_it import MarkdownIt

from fixtures.browser import page

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
MADE_OF = FOLDER / "made-of.json"
"""The digest of the page that each picture was taken of."""
WIDTH = 900

REVISION = '''"""find orders by their status

Revision ID: 5c1e90d7ab42
Revises: d16e2b7f5a08
"""

from alembic import op

revision = "5c1e90d7ab42"
down_revision = "d16e2b7f5a08"


def upgrade() -> None:
    op.create_index("ix_orders_status", "orders", ["status"])


def downgrade() -> None:
    op.drop_index("ix_orders_status", table_name="orders")
'''
_STYLE = """
* { box-sizing: border-box; } body { margin: 0; padding: 16px; background: #fff; color: #1f2328;
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; width: 900px; }
code, pre, .diff { font: 12px/20px ui-monospace, "DejaVu Sans Mono", monospace; }
.box { border: 1px solid #d1d9e0; border-radius: 6px; margin: 0 0 16px; overflow: hidden; }
.head { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 12px; font-weight: 600; }
.diff div { white-space: pre; padding: 0 10px; background: #dafbe1; } .diff .n { display: inline-block; width: 3em; color: #59636e; }
.note { margin: 8px 12px; border: 1px solid #d1d9e0; border-left: 4px solid #cf222e; border-radius: 6px; padding: 8px 12px;
  background: #fff; } .note b.red { color: #cf222e; }
.suggestion { border: 1px solid #d1d9e0; border-radius: 6px; margin: 8px 0; overflow: hidden; }
.suggestion .title { background: #f6f8fa; padding: 4px 10px; border-bottom: 1px solid #d1d9e0; }
.suggestion .minus { background: #ffebe9; } .suggestion .plus { background: #dafbe1; }
.suggestion div { white-space: pre-wrap; padding: 0 10px; }
.body { padding: 8px 16px; } .body h3 { margin: 8px 0; } details { margin: 8px 0; } summary { cursor: pointer; }
table { border-collapse: collapse; margin: 8px 0; font-size: 12px; } th, td { border: 1px solid #d1d9e0; padding: 4px 8px; text-align: left; }
.no { color: #cf222e; font-weight: 700; } .yes { color: #1a7f37; }
pre { background: #f6f8fa; padding: 8px; border-radius: 6px; margin: 8px 0; white-space: pre-wrap; }
"""


def pages(place: Path) -> dict[str, str]:
    """The pages to take pictures of, by the pictures' names, of runs in ``place``, a folder that is empty."""
    shop = place / "shop"
    shutil.copytree(
        ROOT / "examples" / "storefront", shop, ignore=shutil.ignore_patterns("__pycache__", ".headway", "*.db")
    )
    revision = shop / "migrations" / "versions" / "5c1e90d7ab42_orders_status.py"
    models = shop / "storefront" / "models.py"
    _git(shop, "init", "-q", "-b", "main")
    _git(shop, "add", "-A")
    _git(shop, "commit", "-q", "-m", "shop")
    revision.write_text(REVISION)
    column = "server_default=OrderStatus.new.name\n"
    assert column in models.read_text()
    models.write_text(models.read_text().replace(column, column.replace("\n", ", index=True\n"), 1))
    formats = [f"--report={name}={place}/{name}" for name in ("json", "comment", "suggestions")]
    command = [sys.executable, "-m", "headway_cli", "ci", "-q", "--base", "main", "--scratch", "sqlite", *formats]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI", "INPUT_"))}
    done = subprocess.run(command, cwd=shop, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((place / "json").read_text())
    suggestions = json.loads((place / "suggestions").read_text())["suggestions"]
    comment = (place / "comment").read_text()
    return {"pull-request.png": _pull_request(revision, report, suggestions, comment)}


def write() -> None:
    """Takes the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        made = pages(Path(folder))
        for name, text in made.items():
            path = Path(folder) / "page.html"
            path.write_text(text, encoding="utf-8")
            with page(path, width=WIDTH) as shown:
                shown.narrow(WIDTH)
                shown.photograph(FOLDER / name)
        MADE_OF.write_text(json.dumps({name: digest(text) for name, text in made.items()}, indent=2) + "\n")


def digest(text: str) -> str:
    """What tells one page from another: times that a run took are no part of it."""
    return hashlib.sha256(re.sub(r"\d+\.\d\d s", "0.00 s", text).encode()).hexdigest()


def _pull_request(revision: Path, report: dict[str, Any], suggestions: list[dict[str, Any]], comment: str) -> str:
    lines = revision.read_text().splitlines()
    (finding,) = [one for one in report["findings"] if one["severity"] == "error"]
    (suggestion,) = suggestions
    shown = range(max(1, finding["line"] - 3), finding["line"] + 1)
    diff = "".join(f'<div><span class="n">{n}</span>+ {escape(lines[n - 1])}</div>' for n in shown)
    title = escape(f"{finding['code']} {finding['name']}")
    note = f'<div class="note"><b class="red">{title}</b><br>{escape(finding["message"])}</div>'
    code = re.search(r"```suggestion\n(.*?)\n```", suggestion["body"], re.S)
    assert code is not None
    old = "".join(
        f'<div class="minus">- {escape(lines[n - 1])}</div>'
        for n in range(suggestion["start_line"], suggestion["line"] + 1)
    )
    new = "".join(f'<div class="plus">+ {escape(line)}</div>' for line in code[1].splitlines())
    change = f'<div class="suggestion diff"><div class="title">Suggested change</div>{old}{new}</div>'
    words = MarkdownIt("commonmark", {"html": True}).enable("table").render(comment.split("\n", 1)[1])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><style>{_STYLE}</style></head><body>'
        f'<div class="box"><div class="head">{escape(finding["file"])}</div><div class="diff">{diff}</div>{note}'
        f'<div class="note">{MarkdownIt().render(suggestion["body"].partition("```")[0].split(chr(10), 1)[1])}{change}</div></div>'
        f'<div class="box"><div class="head">github-actions bot commented</div><div class="body">'
        f"{_unfolded(words)}</div></div></body></html>\n"
    )


def _unfolded(words: str) -> str:
    """The comment with its folds open, but for the graph, which GitHub draws and nobody here; signs that are in every font."""
    open_ = re.sub(r"<details>(?=<summary>(?!\d+ new))", "<details open>", words)
    return open_.replace("❌", '<span class="no">✗</span>').replace("✅", '<span class="yes">✓</span>')


def _git(place: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=place, check=True)


if __name__ == "__main__":
    write()
