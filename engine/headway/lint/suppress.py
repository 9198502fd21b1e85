"""Accepted findings: comments in a revision file, and the policy's ignore list. Matches, judges nothing."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fnmatch import fnmatch

from headway.config.policy import Ignore
from headway.lint.atlas import codes_of
from headway.lint.finding import Finding
from headway.lint.squawk import SQUAWK
from headway.pattern import pattern
from headway.valueclass import valueclass

_COMMENT = pattern(r"#\s*headway:\s*(?P<kind>ignore-file|ignore)\[(?P<codes>[^\]]*)\](?P<rest>.*)")
_SQUAWK = pattern(r"--\s*squawk-ignore(?P<file>-file)?(?![\w-])(?P<rules>[\w\s,-]*)")
_ATLAS = pattern(r"""(?:--|#|/\*)[ \t]*atlas:nolint(?P<checks>(?:[ \t]+\w+)*)[ \t]*(?=$|\*/|--|["'])""")
"""Whatever else stands behind it is no form that Atlas has, and accepts nothing."""
_REASON = pattern(r"""reason\s*=\s*(?P<quote>["'])(?P<reason>.*?)(?P=quote)""")
_UNTIL = pattern(r"until\s*=\s*(?P<until>\d{4}-\d{2}-\d{2})")


@valueclass(frozen=True, slots=True)
class Suppression:
    """One ``# headway: ignore[…]`` comment."""

    codes: frozenset[str]
    line: int
    alone: bool
    """Whether nothing else is on its line, so that it speaks of the next one."""
    whole_file: bool
    reason: str
    until: date | None
    until_line: int | None = None
    """The last line of the SQL that it stands in, for one that speaks of nothing behind that."""
    of_others: bool = False
    """Whether it is a comment for squawk or Atlas: nobody can say of such a one that it has no reason, or is not needed."""


def read_suppressions(lines: Iterable[str]) -> tuple[Suppression, ...]:
    """The suppression comments of a file; one without a reason counts with an empty one."""
    source = "\n".join(lines) + "\n"
    others = "squawk-ignore" in source or "atlas:nolint" in source
    if not others and "headway:" not in source:
        return ()
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    own = (_read(token) for token in tokens if token.type == tokenize.COMMENT)
    found = (*_read_squawk(source), *_read_atlas(source)) if others else ()
    texts = [(one.start[0], one.end[0]) for one in tokens if one.type in _TEXTS]
    return (*(one for one in own if one is not None), *(_inside(one, texts) for one in found))


_TEXTS = (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))


def _inside(comment: Suppression, texts: Iterable[tuple[int, int]]) -> Suppression:
    """The comment with the end of the text that it stands in, if it is in one."""
    return replace(comment, until_line=next((end for first, end in texts if first <= comment.line <= end), None))


def apply(
    findings: Iterable[Finding],
    comments: Mapping[str, tuple[Suppression, ...]],
    ignores: Iterable[Ignore],
    today: date,
) -> list[Finding]:
    """The findings with those marked that a comment of their file or the policy accepts today.

    A comment without a reason, or past its date, accepts nothing.
    """
    ignores = tuple(ignores)
    return [_judge(finding, comments.get(finding.file or "", ()), ignores, today) for finding in findings]


def is_unused(comment: Suppression, code: str, file: str, findings: Iterable[Finding]) -> bool:
    """Whether no finding of the file with this code stands where the comment accepts it."""
    own = (finding for finding in findings if finding.file == file and finding.code == code)
    return not any(comment.whole_file or _is_at(comment, finding) for finding in own)


def _read(token: tokenize.TokenInfo) -> Suppression | None:
    match = _COMMENT.search(token.string)
    if match is None:
        return None
    reason = _REASON.search(match["rest"])
    until = _UNTIL.search(match["rest"])
    return Suppression(
        codes=frozenset(code.strip() for code in match["codes"].split(",")),
        line=token.start[0],
        alone=token.line.lstrip().startswith("#"),
        whole_file=match["kind"] == "ignore-file",
        reason=reason["reason"].strip() if reason else "",
        until=_date(until["until"]) if until else None,
    )


def _read_squawk(source: str) -> Iterator[Suppression]:
    """What squawk's comments accept, of the codes that answer its rules. See https://squawkhq.com/docs/ignoring-rules"""
    for line, text in enumerate(source.split("\n"), 1):
        match = _SQUAWK.search(text)
        if match is None:
            continue
        named = re.findall(r"[\w-]+", match["rules"])
        yield Suppression(
            codes=frozenset(code for rule in named or SQUAWK for code in SQUAWK.get(rule, ())),
            line=line,
            alone=text.lstrip().startswith("--"),
            whole_file=bool(match["file"]),
            reason="squawk-ignore in the SQL",
            until=None,
            of_others=True,
        )


def _read_atlas(source: str) -> Iterator[Suppression]:
    """What Atlas's comments accept, in SQL or beside the call. See https://atlasgo.io/lint/analyzers"""
    for line, text in enumerate(source.split("\n"), 1):
        match = _ATLAS.search(text)
        if match is not None:
            yield Suppression(
                codes=codes_of(match["checks"].split()),
                line=line,
                alone=text.lstrip().startswith(("--", "#", "/*")),
                whole_file=False,
                reason="atlas:nolint",
                until=None,
                of_others=True,
            )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min  # a day that does not exist accepts nothing


def _judge(finding: Finding, comments: tuple[Suppression, ...], ignores: tuple[Ignore, ...], today: date) -> Finding:
    for comment in comments:
        if not comment.reason or finding.code not in comment.codes or not is_current(comment.until, today):
            continue
        if comment.whole_file or _is_at(comment, finding):
            return finding.suppress(comment.reason)
    for ignore in ignores:
        if ignore.code == finding.code and is_current(ignore.until, today) and _is_where(ignore.where, finding):
            return finding.suppress(ignore.reason)
    return finding


def _is_at(comment: Suppression, finding: Finding) -> bool:
    """On one of the lines of the call, or alone on the line above it."""
    first = finding.line or 0
    if comment.until_line is not None and first > comment.until_line:
        return False
    return first <= comment.line <= (finding.end_line or first) or (comment.alone and comment.line == first - 1)


def is_current(until: date | None, today: date) -> bool:
    """Whether the day has not passed; None never does."""
    return until is None or today <= until


def _is_where(where: str, finding: Finding) -> bool:
    return where in (finding.revision, finding.file) or fnmatch(finding.file or "", where)
