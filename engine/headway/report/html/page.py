"""The page: its parts in order, a table of contents, and a policy that lets nothing in but our own style and script."""

from __future__ import annotations

import base64
import hashlib

from headway.lint.finding import Severity
from headway.printable import lines, one_line
from headway.report.html import findings
from headway.report.html.changes import changes
from headway.report.html.elements import Html, element, joined, raw
from headway.report.html.history import history
from headway.report.html.plan import plan
from headway.report.html.script import SCRIPT
from headway.report.html.style import STYLE
from headway.report.model import Report
from headway.report.shown import printable
from headway.report.words import amount, shortened

LIMIT = 1_000_000  # bytes, for a thousand revisions and whatever was found


def render(report: Report, ids: list[str] | None = None) -> str:
    """The document; what there is no room for is left out, and said where it would stand.

    ``ids`` are the revisions of the history that are drawn; None draws all.
    """
    report = printable(report, one_line, lines)
    parts = {
        "stages": findings.stages(report),
        "findings": findings.findings(report),
        "drift": findings.drift(report),
        "plan": plan(report),
        "new": changes(report),
        "not-looked-at": findings.not_looked_at(report),
        "history": history(report, ids),
        "rules": findings.rules(report),
    }
    kept = {name: part for name, part in parts.items() if part}
    body = element(
        "body",
        element("a", "Skip to the report", href="#main", class_="skip"),
        element("header", _verdict(report), _contents(list(kept))),
        element("main", *kept.values(), id="main"),
        element("footer", f"headway {report.version}. This page loads nothing from anywhere."),
        raw("script", SCRIPT),
    )
    return f"<!DOCTYPE html>\n{element('html', _head(report), body, lang='en')}\n"


def _head(report: Report) -> Html:
    policy = (
        f"default-src 'none'; style-src {_source(STYLE)}; script-src {_source(SCRIPT)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("link", rel="icon", href="data:,"),
        element("title", f"headway {report.command}: {report.result} ({report.configuration.name})"),
        raw("style", STYLE),
    )


def _source(text: str) -> str:
    """What a policy knows our own text by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _verdict(report: Report) -> Html:
    word = {"pass": "passed", "noop": "nothing to do", "fail": "failed", "error": "error"}[report.result]
    counts = [
        amount(count, severity.value)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
        if (count := report.count(severity))
    ]
    counts += [f"{len(report.open_drift)} drift"] if report.open_drift else []
    counts.append(f"{report.examined.revisions} revision(s), {report.examined.new} new")
    if report.heads:
        shown = ", ".join(report.heads[:5]) + (", …" if len(report.heads) > 5 else "")
        counts.append(f"heads: {shown}")
    error = [element("p", shortened(report.error, 4_000))] if report.error else []
    return element(
        "div",
        element("h1", f"headway {report.command}: {word}"),
        element("p", report.configuration.name, class_="place"),
        *error,
        element("ul", *(element("li", count) for count in counts), class_="counts"),
        class_="verdict" if report.exit_code == 0 else "verdict bad",
    )


def _contents(names: list[str]) -> Html:
    links = [element("li", element("a", name.replace("-", " "), href=f"#{name}")) for name in names]
    keys = "Keys: / searches, j and k go to the next and the previous item, Escape clears a search."
    hint = element("p", keys, class_="hint")
    return joined([element("nav", element("ul", *links), aria_label="contents"), hint])
