"""What mkdocs does beside its own: documents of the top level become pages, and links out of docs/ lead to GitHub.

The sources stay as GitHub shows them; nothing is written beside the site.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "https://github.com/headway-migrations/headway/blob/main/"
BROUGHT_IN = {
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Documents of the top level, and the pages that they become."""

_FENCE = re.compile(r"(^ *```.*?^ *```)", re.M | re.S)
_LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")
_FILE = re.compile(r"^(```\w+) file=(\S+)$", re.M)
_WHERE = re.compile(r"^(```\w+) on=\S+$", re.M)


def on_config(config: Any) -> Any:
    """No page for what is not found: it would have the addresses of a server, and files have none."""
    config.theme.static_templates.discard("404.html")
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """All pages, those of the top level too."""
    for name, page in BROUGHT_IN.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """The page's text with links that lead somewhere on the site; the name of a block's file becomes its title."""
    named = {made: name for name, made in BROUGHT_IN.items()}
    source = named.get(page.file.src_uri, posixpath.join("docs", page.file.src_uri))
    parts = _FENCE.split(markdown)
    for index in range(0, len(parts), 2):
        parts[index] = _LINK.sub(
            lambda found: found[1] + address(found[2], source, page.file.src_uri, files) + found[3], parts[index]
        )
    return _WHERE.sub(r"\1", _FILE.sub(r'\1 title="\2"', "".join(parts)))


def on_post_page(output: str, *, page: Any, config: Any) -> str:
    """The page with a name for the search, which the theme gives none: a screen reader tells it by that."""
    return output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )


def address(target: str, source: str, page: str, files: Files) -> str:
    """Where a link of ``source`` (from the top level) leads on ``page``: to a page, or to GitHub."""
    if re.match(r"[a-z]+:", target):
        return target
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    on_site = BROUGHT_IN.get(path, path.removeprefix("docs/") if path.startswith("docs/") else None)
    if on_site is not None and files.get_file_from_path(on_site) is not None:
        return posixpath.relpath(on_site, posixpath.dirname(page) or ".")
    return target if not (ROOT / path).exists() else SOURCE + path
