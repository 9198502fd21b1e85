"""The HTML report in a real browser: nothing is asked for, nothing is complained of, and a keyboard is enough."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.browser import page
from fixtures.programs import ROOT

SHOWN = "[...document.querySelectorAll('#findings .item')].filter((item) => item.offsetParent !== null).length"
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 120 revisions, with findings of each severity."""
    place = tmp_path_factory.mktemp("report")
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import lint; lint.write(pathlib.Path(sys.argv[2]), 120)"
    )
    subprocess.run([sys.executable, "-c", code, str(ROOT / "bench"), str(place / "p")], check=True)
    hostile = place / "p" / "m" / "versions" / "hostile.py"
    hostile.write_text(
        "from alembic import op\nrevision = 'hostile'\ndown_revision = None\n\n\ndef upgrade():\n"
        "    op.drop_table('<script>alert(1)</script><img src=http://example.com/x onerror=alert(2)>')\n"
    )
    command = [sys.executable, "-m", "headway_cli", "lint", "--all", "--report", f"html={place}/report.html"]
    done = subprocess.run(command, cwd=place / "p", capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return place / "report.html"


@pytest.mark.part(2)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_it_is_quiet_and_readable(report: Path, dark: bool, width: int) -> None:
    with page(report, dark=dark, width=width) as shown:
        assert shown.obstacles() == []
        assert shown.complaints() == []
        assert shown.requests() == [report.as_uri()]
        assert not shown.ask(WIDE), "it has to be pushed sideways"


def test_a_keyboard_is_enough(report: Path) -> None:
    with page(report) as shown:
        every = shown.ask(SHOWN)
        assert every > 20
        shown.press("/")
        shown.press("LCK101")
        narrowed = shown.ask(SHOWN)
        assert 0 < narrowed < every
        shown.press("\ue00c")  # Escape
        assert shown.ask(SHOWN) == every
        shown.press("\ue004")  # Tab, out of the field
        shown.press("j")
        first = shown.ask("document.activeElement.id")
        shown.press("jj")
        assert first and shown.ask("document.activeElement.id") not in ("", first)
        shown.press("kk")
        assert shown.ask("document.activeElement.id") == first
        reached = set()
        for _ in range(12):
            shown.press("\ue004")
            reached.add(shown.ask("document.activeElement.tagName"))
        assert "A" in reached, "links are reached by Tab"


def test_the_history_is_made_larger_and_smaller(report: Path) -> None:
    height = "document.querySelector('.history > li').getBoundingClientRect().height"
    press = "document.querySelector('[data-zoom={}]').click()"
    with page(report) as shown:
        first = shown.ask(height)
        shown.ask(press.format("in"))
        assert shown.ask(height) > first * 1.2
        for _ in range(3):
            shown.ask(press.format("out"))
        assert shown.ask(height) < first * 0.7
        assert shown.complaints() == []


def test_a_picture_of_the_history_alone(tmp_path: Path) -> None:
    for name in ("storefront", "storefront-broken"):
        place, picture = ROOT / "examples" / name, tmp_path / f"{name}.html"
        command = [sys.executable, "-m", "headway_cli", "graph", "--format", "html", "-o", str(picture)]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is (name == "storefront"), done.stderr
        with page(picture) as shown:
            assert shown.obstacles() == []
            assert shown.complaints() == []
            assert shown.requests() == [picture.as_uri()]
            assert shown.ask("document.querySelectorAll('.history .item').length") >= 14


def test_a_link_to_a_finding_opens_it(report: Path) -> None:
    with page(report) as shown:
        last = shown.ask("[...document.querySelectorAll('#findings .item')].at(-1).id")
        shown.ask(f"(location.hash = '#{last}')")
        assert shown.ask("document.activeElement.id") == last


def test_what_is_wrong_with_a_page_is_seen(tmp_path: Path) -> None:
    """So that the silence above says something."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><html><body style='width: 3000px'><img src='other.png'><p style='color: #eee'>pale</p>"
        "<script>throw new Error('x')</script></body></html>"
    )
    with page(bad) as shown:
        found = " ".join(shown.obstacles())
        assert "image-alt" in found and "color-contrast" in found and "html-has-lang" in found
        assert any("Error: x" in one for one in shown.complaints())
        assert any(one.endswith("other.png") for one in shown.requests())
        assert shown.ask(WIDE)
