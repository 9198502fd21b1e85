"""The page: nothing in it is markup that is not ours, nothing is asked of the network, every link leads somewhere."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from headway.drawing.rows import rows_of
from headway.drawing.strips import HEIGHT, strips_of
from headway.drift.verdict import DriftItem, Verdict
from headway.plan.model import PlanStatement
from headway.report.html.page import LIMIT, render
from headway.report.html.script import SCRIPT
from headway.report.html.style import STYLE
from headway.report.model import Report
from headway.revision.graph import RevisionGraph
from headway.revision.history import between
from headway.revision.model import Revision
from reports.samples import ACCEPTED, DROPPED, PLAN, REQUIRED, SAMPLES
from reports.test_platforms import HOSTILE, STRANGE

TAGS = {
    *("html", "head", "meta", "link", "title", "style", "body", "a", "header", "div", "h1", "p", "ul", "li", "nav"),
    *("main", "section", "h2", "h3", "span", "table", "thead", "tbody", "tr", "th", "td", "form", "label", "input"),
    *(
        "output",
        "button",
        "article",
        "pre",
        "code",
        "mark",
        "details",
        "summary",
        "dl",
        "dt",
        "dd",
        "ol",
        "svg",
        "path",
    ),
    *("circle", "footer", "script"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "id", "aria-label", "aria-live"),
    *(
        "type",
        "value",
        "checked",
        "autocomplete",
        "tabindex",
        "role",
        "scope",
        "title",
        "data-kind",
        "data-fold",
        "data-zoom",
        "d",
    ),
    *("width", "cx", "cy", "r"),
}
VOID = {"meta", "link", "input"}


class Page(HTMLParser):
    """What a browser would make of the text: elements that are open to their end, attributes, words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), attrs
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("path", "circle")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.setdefault(self.open[-1] if self.open else "", []).append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def every(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def text(self) -> str:
        return "".join(word for tag, words in self.words.items() if tag not in ("style", "script") for word in words)


def history_of(count: int, seed: int = 1) -> tuple[Revision, ...]:
    """A history with branches, merges and labels."""
    chance = random.Random(seed)
    made = [Revision("r0", doc="start")]
    tips = ["r0"]
    for number in range(1, count):
        id_ = f"{number:012x}"
        picked = chance.randrange(len(tips))
        if len(tips) < 4 and chance.random() < 0.04:
            tips.append(id_)
            made.append(Revision(id_, tips[picked], doc=f"branch {number}"))
        elif len(tips) > 1 and chance.random() < 0.05:
            made.append(Revision(id_, tuple(tips), doc=f"merge {number}"))
            tips = [id_]
        else:
            label = ("crm",) if number == 50 else ()
            made.append(Revision(id_, tips[picked], branch_labels=label, doc=f"adds column {number} to orders"))
            tips[picked] = id_
    return tuple(made)


HISTORY = history_of(1_000)
FOUND = tuple(
    replace(found, revision=HISTORY[-1 - number % 40].revision)
    for number in range(250)
    for found in (REQUIRED, DROPPED)
)
BIG = replace(
    SAMPLES["findings"],
    findings=(*FOUND, ACCEPTED),
    history=HISTORY,
    new=frozenset(revision.revision for revision in HISTORY[-40:]),
    drift=SAMPLES["drift"].drift * 30,
    plan=PLAN,
)
ENDLESS = replace(
    BIG,
    findings=FOUND * 20,
    history=history_of(4_000),
    drift=SAMPLES["drift"].drift * 5_000,
    not_compared=SAMPLES["drift"].not_compared * 5_000,
    plan=replace(PLAN, steps=tuple(replace(PLAN.steps[0], recorded=(PlanStatement("x" * 10**5),)) for _ in range(50))),
)
EVIL = replace(
    STRANGE["hostile"],
    history=(Revision(HOSTILE, None, HOSTILE, (HOSTILE,), HOSTILE, f"/{HOSTILE}", unknown=(HOSTILE,)),),
    new=frozenset([HOSTILE]),
    heads=(HOSTILE,),
    drift=(
        DriftItem(Verdict.NOT_MIGRATED, HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        DriftItem(Verdict.LIVE_EXTRA, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),
    ),
    plan=replace(
        PLAN,
        current=(HOSTILE,),
        database=replace(PLAN.database, database=HOSTILE),
        rebuilds=(HOSTILE,),
        steps=(replace(PLAN.steps[0], revision=HOSTILE, file=HOSTILE, recorded=(PlanStatement(HOSTILE),)),),
    ),
    applied=(HOSTILE,),
)
PAGES = SAMPLES | STRANGE | {"evil": EVIL, "big": BIG}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_ours_alone_and_its_links_lead_somewhere(name: str) -> None:
    text = render(PAGES[name])
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= TAGS
    assert {attribute for _, attributes in page.elements for attribute in attributes} <= ATTRIBUTES
    counted = Counter(tag for tag, _ in page.elements)
    assert (counted["script"], counted["style"], counted["link"], counted["meta"]) == (1, 1, 1, 4)
    assert page.words["script"] == [SCRIPT] and page.words["style"] == [STYLE]
    ids = page.every("id")
    assert max(Counter(ids).values()) == 1
    assert not any(re.search(r"\s", id_) for id_ in ids)
    links = set(page.every("href")) - {"data:,"}
    assert all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= set(ids)


def test_the_policy_lets_in_our_style_and_script_and_nothing_else() -> None:
    page = Page(render(BIG))
    (policy,) = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    hashes = [
        base64.b64encode(hashlib.sha256(page.words[tag][0].encode()).digest()).decode() for tag in ("style", "script")
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    first = [attributes for tag, attributes in page.elements if tag in ("meta", "style", "script", "link")][:2]
    assert [*first[0], *first[1]] == ["charset", "http-equiv", "content"]  # before anything that it is to stop


def test_hostile_words_are_shown_as_they_are() -> None:
    page = Page(render(EVIL))
    shown = page.text()
    readable = HOSTILE.replace("\x00\x1b", "\\x00\\x1b").replace("\ud800", "\\ud800")
    assert shown.count(readable) > 25
    assert "\x1b" not in shown


def test_a_thousand_revisions_and_five_hundred_findings_are_all_there_in_less_than_a_megabyte() -> None:
    text = render(BIG)
    assert len(text.encode()) < LIMIT
    page = Page(text)
    assert {f"r-{revision.revision}" for revision in HISTORY} <= set(page.every("id"))
    assert sum(tag == "article" for tag, _ in page.elements) == len(BIG.findings) + len(BIG.drift)
    assert "left out" not in page.text()


def test_what_there_is_no_room_for_is_said() -> None:
    text = render(ENDLESS)
    assert len(text.encode()) < LIMIT
    said = re.findall(r"(\d+) more ([a-z ]+) left out", Page(text).text())
    assert [what for _, what in said] == ["findings", "differences", "steps", "places", "revisions"]
    shown = text.count('<article id="finding-')
    assert shown + int(said[0][0]) == len(ENDLESS.findings)
    assert len(re.findall(r'id="r-', text)) + int(said[-1][0]) == len(ENDLESS.history)
    assert 'class="item error"' in text and 'class="item warning"' not in text  # the most severe first


def test_what_has_no_news_is_folded_and_what_is_new_is_not() -> None:
    line = tuple(Revision(f"r{n}", f"r{n - 1}" if n else None, doc=f"step {n}") for n in range(30))
    page = render(replace(SAMPLES["clean"], history=line, new=frozenset({"r28", "r29"})))
    assert "27 revisions, r27 down to r1" in page
    fold = page[page.index("<details") : page.index("</details>")]
    assert all(f'id="r-r{n}"' in fold for n in range(1, 28))
    assert not any(f'id="r-r{n}"' in fold for n in (0, 28, 29))
    assert page.count('class="chip new"') == 2 and page.count('class="chip head"') == 1


def test_a_long_history_without_news_is_there_as_far_as_there_is_room() -> None:
    line = tuple(Revision(f"{n:012x}", f"{n - 1:012x}" if n else None, doc=f"step {n}") for n in range(3_000))
    page = render(replace(SAMPLES["clean"], history=line))
    assert 1_000 < page.count('<li id="r-') < 3_000
    left = 3_000 - page.count('<li id="r-')
    assert f"{left} more revisions left out" in page


def test_histories_that_are_broken_or_too_wide_for_a_picture() -> None:
    missing = (Revision("a", "gone"), Revision("b", "a"), Revision("b", "a", path="/x/other.py"))
    page = render(replace(SAMPLES["clean"], history=missing))
    assert "MISSING: no file declares it" in page and "DECLARED TWICE" in page
    circle = (Revision("a", "b"), Revision("b", "a"))
    assert "IN A CIRCLE with" in render(replace(SAMPLES["clean"], history=circle))
    for count, said in ((60, "60 lines side by side"), (600, "more than 500 branches")):
        wide = (Revision("base"), *(Revision(f"r{n}", "base") for n in range(count)))
        page = render(replace(SAMPLES["clean"], history=wide))
        assert said in page
        assert "<svg" not in page
        assert page.count('id="r-r') == count


@pytest.mark.parametrize("seed", range(5))
def test_strips_fit_together(seed: int) -> None:
    """Every line that leaves a strip goes on in the next, and none begins or ends in the air."""
    graph = RevisionGraph(history_of(200, seed))
    ids = between(graph, "heads", "base", inclusive=True)
    assert len(ids) == 200
    leaving: list[int] = []
    for strip in strips_of(graph, rows_of(graph, ids)):
        ends = [re.findall(r"-?\d+", path) for _, path in strip.lines]
        tops = sorted(int(x[0]) for x in ends if x[1] == "0")
        assert tops == leaving
        full = [(int(x[-2]) if len(x) > 3 else int(x[0])) for x in ends if x[-1] == str(HEIGHT)]
        leaving = sorted(full)
        inner = [x for x in ends if x[1] != "0" or x[-1] != str(HEIGHT)]
        for x in inner:
            at = (int(x[0]), int(x[1])) if x[1] != "0" else (int(x[-2]) if len(x) > 3 else int(x[0]), int(x[-1]))
            assert at == strip.node
        assert max([*leaving, *tops, strip.node[0]]) < strip.width
    assert leaving == []


def test_an_empty_report_is_a_page() -> None:
    page = Page(render(Report(command="lint", version="0", exit_code=0)))
    assert "headway lint: passed" in page.text()
