"""The site of the documentation: it is built without a warning, asks for nothing from elsewhere, and everybody can read it."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from fixtures.browser import page
from fixtures.programs import ROOT

WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors."""
    place = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", place)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return place


def build(configuration: Path, place: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(configuration), "-d", str(place)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def is_rule(path: Path) -> bool:
    return path.parent.name == "rules" and path.name != "index.html"


class Seen(HTMLParser):
    """What a page names: its ids, and where it leads or what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        elif tag in ("link", "script", "img", "iframe", "source"):
            self.loads += [named[name] for name in ("href", "src") if name in named]


# -- that it stands --------------------------------------------------------------------------------------------


def test_every_document_is_a_page(site: Path) -> None:
    sources = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    wanted = {site / path.with_name(re.sub("README", "index", path.name)).with_suffix(".html") for path in sources}
    wanted |= {site / f"{name.lower()}.html" for name in ("ARCHITECTURE", "CONTRIBUTING", "CHANGELOG")}
    assert set(pages(site)) == wanted


def test_nothing_comes_from_elsewhere_and_every_link_leads_somewhere(site: Path) -> None:
    seen = {path: Seen(path) for path in pages(site)}
    for path, found in seen.items():
        assert len(found.ids) == len(set(found.ids)), path
        for address in (*found.links, *found.loads):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                assert address in found.links, f"{path.name} loads {address}"
                assert parts.scheme == "https", address
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.name} -> {address}"
            if parts.fragment and target in seen:
                assert unquote(parts.fragment) in seen[target].ids, f"{path.name} -> {address}"


def test_links_to_the_repository_lead_to_files_of_it(site: Path) -> None:
    start = "https://github.com/headway-migrations/headway/blob/main/"
    found = {link for path in pages(site) for link in Seen(path).links if link.startswith(start)}
    assert len(found) > 10
    for link in found:
        path, _, anchor = link.removeprefix(start).partition("#")
        assert (ROOT / path).exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.M)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}, link


def test_markdown_is_what_mkdocs_reads_as_github_does(site: Path) -> None:
    """A list or a table that follows a paragraph without an empty line is text for the one and a list for the other."""
    for path in pages(site):
        article = path.read_text().split("<article")[1].split("</article>")[0]
        text = re.sub(r"(?s)<(pre|code).*?</\1>", "", article)
        assert not re.search(r"(?m)^(<p>)?(- |\d+\. |\|.*\||```)", text), path


@pytest.mark.parametrize("wrong", ["[x](no-such-page.md)", "[x](gate.md#no-such-chapter)"])
def test_a_link_that_leads_nowhere_is_an_error(wrong: str, tmp_path: Path) -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# x\n\n{wrong}\n")
    (tmp_path / "docs" / "gate.md").write_text("# x\n")
    kept = {key: settings[key] for key in ("site_name", "strict", "theme", "validation", "use_directory_urls")}
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(kept))
    done = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode != 0
    assert "no-such" in done.stderr


# -- that everybody can read it --------------------------------------------------------------------------------


@pytest.mark.part(2)
@pytest.mark.parametrize("width", [1200, 400])
@pytest.mark.parametrize("scheme", ["default", "slate"], ids=["light", "dark"])
def test_every_page_in_a_browser(scheme: str, width: int, site: Path) -> None:
    """Quiet, from files alone, and nothing serious in the way. Of the rules' pages, which are all made alike, some;
    ``./dev full site`` opens all; otherwise half of them are, each in one of two ways."""
    rules = [path for path in pages(site) if is_rule(path)]
    chosen = [path for path in pages(site) if not is_rule(path)]
    if os.environ.get("HEADWAY_FULL"):
        chosen += rules
    else:
        chosen = [*chosen, *random.Random(7).sample(rules, 4)][width == 400 :: 4]
    with page(site / "index.html", dark=scheme == "slate") as shown:
        shown.narrow(width)
        for path in chosen:
            shown.go(path)
            assert shown.complaints() == [], path
            assert [one for one in shown.requests() if not one.startswith(("file:", "data:"))] == [], path
            assert shown.ask("document.body.dataset.mdColorScheme") == scheme
            assert not shown.ask(WIDE), f"{path} has to be pushed sideways"
            assert [one for one in shown.obstacles() if one.startswith(("serious", "critical"))] == [], path


def test_the_search_finds_a_rule_from_files(site: Path) -> None:
    with page(site / "index.html") as shown:
        shown.ask("document.querySelector('[data-md-component=search-query]').focus()")
        shown.press("index-not-concurrent")
        wait = "const done = arguments[0]; const look = () => { const found = document.querySelector('.md-search-result__link');"
        wait += " found ? done(found.href) : setTimeout(look, 50) }; look()"
        assert "rules/LCK101.html" in shown.browser.execute_async_script(wait)
        assert shown.complaints() == []
