"""The parts of the page about what is wrong: stages, findings, drift, what was not looked at, and the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from headway.drift.verdict import DriftItem
from headway.lint.finding import Finding
from headway.report.complaints import Complaint, fingerprinted, worst_first
from headway.report.excerpt import columns_of, line_of
from headway.report.html.elements import Html, element, id_of, joined, left_out, section, within
from headway.report.html.filters import filters
from headway.report.model import Report
from headway.report.rule_help import every_rule
from headway.report.words import shortened

ROOM = {"findings": 430_000, "drift": 35_000, "notes": 20_000, "rules": 40_000}  # bytes
WORDS = 4_000  # characters of one text

Linked = Callable[[str, str, str], Html]
"""Words as a link to the item of a kind and a name, where the page has it."""


def stages(report: Report) -> Html:
    """A table of what ran and how it ended."""
    if not report.stages:
        return Html()
    rows = [
        element(
            "tr",
            element("th", stage.name, scope="row"),
            element("td", element("span", stage.status.value, class_=f"chip {stage.status.value}")),
            element("td", f"{stage.seconds:.2f} s", class_="number"),
            element("td", shortened("; ".join(part for part in (stage.summary, stage.why) if part), WORDS)),
            id=id_of("stage", stage.name),
        )
        for stage in report.stages
    ]
    heads = [element("th", name, scope="col") for name in ("stage", "ended", "time", "what it says")]
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
    return section(
        "stages",
        "Stages",
        element("div", table, class_="wide", tabindex=0, role="region", aria_label="table of stages"),
    )


def findings(report: Report) -> Html:
    """Every finding with its source and what to do, the most severe first."""
    if not report.findings:
        return Html()
    found = worst_first(fingerprinted(list(report.findings), report))
    there = {("r", revision.revision) for revision in report.history} | {("rule", code) for code in every_rule()}

    def linked(kind: str, name: str, words: str) -> Html:
        return element("a", words, href=f"#{id_of(kind, name)}") if (kind, name) in there else joined([words])

    kept, left = within(found, lambda complaint: _finding(complaint, report, linked), ROOM["findings"])
    kinds = list(dict.fromkeys(_kind(complaint.finding) for complaint in found))
    controls = filters("findings", kinds)
    return section("findings", "Findings", controls, *kept, left_out(left, "findings"), count=len(found))


def drift(report: Report) -> Html:
    """Every difference, with the operation that would mend it."""
    if not report.drift:
        return Html()
    seen: Counter[str] = Counter()
    kept, left = within(report.drift, lambda item: _difference(item, seen), ROOM["drift"])
    kinds = [*dict.fromkeys(map(_kind_of_drift, report.drift))]
    return section(
        "drift", "Drift", filters("drift", kinds), *kept, left_out(left, "differences"), count=len(report.drift)
    )


def not_looked_at(report: Report) -> Html:
    """The places that no rule has judged and nobody has compared."""
    places = [f"not analysed: {place}" for place in report.examined.not_analysed]
    places += [f"not compared: {item.object}: {item.why}" for item in report.not_compared]
    if not places:
        return Html()
    kept, left = within(places, lambda place: element("li", shortened(place, WORDS)), ROOM["notes"])
    return section("not-looked-at", "Not looked at", element("ul", *kept), left_out(left, "places"), count=len(places))


def rules(report: Report) -> Html:
    """The documentation of the rules that the findings name."""
    known = every_rule()
    named = sorted({finding.code for finding in report.findings} & known.keys())
    if not named:
        return Html()

    def built(code: str) -> Html:
        summary = element("summary", element("code", code), f" {known[code].name}: {known[code].summary}")
        return element("details", summary, element("pre", known[code].text, tabindex=0), id=id_of("rule", code))

    kept, left = within(named, built, ROOM["rules"])
    return section("rules", "Rules", *kept, left_out(left, "rules"), count=len(named))


# -- one finding ------------------------------------------------------------------------------------------------


def _finding(complaint: Complaint, report: Report, linked: Linked) -> Html:
    finding = complaint.finding
    id_ = id_of("finding", complaint.fingerprint)
    kind = _kind(finding)
    title = element(
        "h3",
        element("span", finding.severity.value, class_=f"chip {finding.severity.value}"),
        " ",
        linked("rule", finding.code, finding.code),
        " ",
        element("a", finding.name, href=f"#{id_}", title="link to this finding"),
    )
    said = f"accepted: {finding.reason}" if finding.suppressed else finding.help
    parts = [
        title,
        element("p", shortened(finding.message, WORDS)),
        *_place(finding, linked),
        *_source(finding, report),
    ]
    parts.append(element("p", shortened(said, WORDS), class_="help"))
    if finding.fix is not None:
        parts.append(element("pre", element("code", shortened(finding.fix, WORDS)), tabindex=0, class_="fix"))
    return element("article", *parts, id=id_, class_=f"item {kind}", data_kind=kind)


def _kind(finding: Finding) -> str:
    return "accepted" if finding.suppressed else finding.severity.value


def _place(finding: Finding, linked: Linked) -> Iterator[Html]:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    parts: list[str] = [element("code", place)] if place else []
    if finding.revision:
        parts += [" revision ", linked("r", finding.revision, element("code", finding.revision))]
    if parts:
        yield element("p", *parts, class_="place")


def _source(finding: Finding, report: Report) -> Iterator[Html]:
    lines = report.sources.get(finding.file or "", ())
    text = line_of(finding, lines)
    if text is None or not finding.line:
        return
    start, end = columns_of(finding, lines)
    if finding.end_line not in (None, finding.line) or end <= start:
        end = len(text) + 1
    start = max(start, 1)
    marked = [text[: start - 1], element("mark", text[start - 1 : end - 1]), text[end - 1 :]]
    after = [f"\n{number:>5} {shortened(line, 300)}" for number, line in _following(finding, lines)]
    code = marked if len(text) <= WORDS else [shortened(text, WORDS)]
    yield element("pre", element("code", f"{finding.line:>5} ", joined(code), *after), tabindex=0)


def _following(finding: Finding, lines: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The other lines of the call, a handful of them."""
    first = finding.line or 0
    last = min(finding.end_line or first, first + 8, len(lines))
    yield from ((number, lines[number - 1]) for number in range(first + 1, last + 1))


# -- one difference ---------------------------------------------------------------------------------------------


def _difference(item: DriftItem, seen: Counter[str]) -> Html:
    name = f"{item.key or item.object} {item.stage}"
    seen[name] += 1
    return element(
        "article",
        element("h3", element("span", item.verdict, class_="chip error"), " ", item.object),
        element("p", shortened(item.detail, WORDS)),
        element("pre", element("code", shortened(item.operation, WORDS)), tabindex=0),
        element("p", *_accepted_or_key(item.accepted, item.key), class_="help"),
        id=id_of("drift", f"{name} {seen[name]}"),
        class_="item",
        data_kind=_kind_of_drift(item),
    )


def _kind_of_drift(item: DriftItem) -> str:
    return "accepted" if item.accepted is not None else str(item.verdict)


def _accepted_or_key(accepted: str | None, key: str) -> tuple[str, ...]:
    return (f"accepted: {accepted}",) if accepted is not None else ("key: ", element("code", key))
