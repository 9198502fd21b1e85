"""Writes new revision files from the project's script.py.mako."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Any

from headway.config.model import Config
from headway.errors import ConfigError, ScriptError, UsageError
from headway.revision import resolve as symbols
from headway.revision.edges import ILLEGAL_CHARACTERS
from headway.revision.model import as_tuple
from headway.script.directory import RevisionDirectory
from headway.script.hooks import run_hooks
from headway.script.rephrase import rephrased
from headway.script.script_file import ScriptFile

_SEVERAL = (
    "Multiple heads are present; please specify the head revision on which the new revision should be based, or perform "
    "a merge."
)

LONGEST_ID = 32  # alembic_version.version_num is VARCHAR(32)


def rev_id() -> str:
    """A new revision id: twelve hex digits."""
    import uuid

    return uuid.uuid4().hex[-12:]


def generate_revision(
    script: RevisionDirectory,
    config: Config | None,
    revid: str,
    message: str | None,
    *,
    head: Any = "head",
    splice: bool | None = False,
    branch_labels: Any = None,
    version_path: str | None = None,
    depends_on: Any = None,
    template_args: dict[str, Any] | None = None,
) -> ScriptFile:
    """Writes one revision file, runs the post-write hooks and returns its ScriptFile.

    Raises UsageError for an id the version table cannot hold or a parent that is no head (without ``splice``),
    RevisionError for symbols that cannot be resolved, ConfigError for a template or hook that fails.
    """
    check_id(revid)
    graph = script.history
    if revid in graph.ids:
        raise UsageError(f"revision id {revid} is already taken by {graph.ids[revid].path}", hint="Choose another.")
    parents = _parents(script, head, splice)
    with rephrased():
        dependencies = [
            symbols.resolve_one(graph, name) if name not in graph.labels else name for name in as_tuple(depends_on)
        ]
    moment = _now(script.timezone)
    path = os.path.join(_directory(script, parents, version_path), _file_name(script, revid, message, moment))

    def say(text: str) -> None:
        if config is not None:
            config.print_stdout("%s", text)

    if not os.path.isdir(folder := os.path.dirname(path)):
        os.makedirs(folder)
        say(f"Creating directory {folder} ...  done")
    render_file(
        os.path.join(script.dir, "script.py.mako"),
        path,
        script.output_encoding,
        **{
            "up_revision": revid,
            "down_revision": parents[0] if len(parents) == 1 else tuple(parents) or None,
            "branch_labels": as_tuple(branch_labels) or None,
            "depends_on": dependencies[0] if len(dependencies) == 1 else dependencies or None,
            "create_date": moment,
            "comma": format_as_comma,
            "message": message if message is not None else "empty message",
            "imports": "",
            "upgrades": "",
            "downgrades": "",
            **(template_args or {}),
        },
    )
    say(f"Generating {path} ...  done")
    run_hooks(path, script.hooks, say)
    script.forget()
    written = script.get_revision(revid)
    if written is None:
        raise ScriptError("the template wrote a file without this revision's id", path=path)
    if lost := [label for label in as_tuple(branch_labels) if label not in written.branch_labels]:
        raise ConfigError(
            f"Version {revid} specified branch_labels {', '.join(lost)}, however the migration file {path} does not have "
            "them; have you upgraded your script.py.mako to include the 'branch_labels' section?",
            hint="Remove the file, or write the labels into it by hand.",
        )
    return written


def file_path(script: RevisionDirectory, revid: str, message: str, beside: str) -> str:
    """Where a revision is to lie: in the version folder of the file ``beside``, called as the settings call it.

    Raises UsageError when something lies there, ConfigError for a name that cannot be made.
    """
    folder = next((one for one in script.locations if _is_within(beside, one)), os.path.dirname(beside))
    path = os.path.join(folder, _file_name(script, revid, message, _now(script.timezone)))
    if os.path.exists(path):
        raise UsageError("there is a file of this name already", path=path, hint="Choose another id or message.")
    return path


def check_id(revid: str) -> None:
    """Raises UsageError for an id that no version table or command line can hold."""
    if illegal := sorted(ILLEGAL_CHARACTERS & set(revid)):
        raise UsageError(f"Character(s) '{', '.join(illegal)}' not allowed in revision identifier '{revid}'")
    if not revid or len(revid) > LONGEST_ID or re.search(r"[\s'\"\\;]", revid):
        raise UsageError(
            f"'{revid}' cannot be a revision id",
            hint=f"Use at most {LONGEST_ID} letters, digits and underscores: the version table holds no more.",
        )


def render_file(template: str, destination: str, encoding: str, *, append: bool = False, **variables: Any) -> None:
    """Renders a Mako template into a file, or with ``append`` after what is in it.

    Raises ConfigError with the template's line when it fails, or when the file cannot be written.
    """
    from mako import exceptions
    from mako.template import Template

    try:
        text = Template(filename=template, output_encoding=None).render_unicode(**variables)
    except FileNotFoundError as error:
        raise ConfigError("the template is missing", path=template, hint="'headway init' makes a new one.") from error
    except Exception as error:
        trace = exceptions.RichTraceback(error)
        line = trace.lineno if isinstance(trace.lineno, int) and trace.lineno > 0 else None
        raise ConfigError(f"the template fails: {type(error).__name__}: {error}", path=template, line=line) from error
    try:
        data = (f"\n\n{text}" if append else text).encode(encoding)
        with open(destination, "ab" if append else "wb") as file:
            file.write(data)
    except (OSError, LookupError, UnicodeEncodeError) as error:
        raise ConfigError(f"the file cannot be written: {error}", path=destination) from error


def format_as_comma(value: Any) -> str:
    """Ids as the docstring of a revision shows them."""
    return ", ".join(as_tuple(value))


def _parents(script: RevisionDirectory, head: Any, splice: bool | None) -> list[str]:
    graph = script.history
    wanted = "head" if head is None else head
    with rephrased(multiple_heads=_SEVERAL):
        found = list(symbols.resolve(graph, wanted if isinstance(wanted, str) else tuple(wanted)))
    for parent in found:
        if graph.children(parent) and not splice:
            raise UsageError(
                f"Revision {parent} is not a head revision; please specify --splice to create a new branch from this revision"
            )
    return found


def _directory(script: RevisionDirectory, parents: list[str], version_path: str | None) -> str:
    if version_path:
        wanted = os.path.abspath(version_path)
        if wanted not in [os.path.abspath(place) for place in script.locations]:
            raise UsageError(
                f"Path {version_path} is not represented in current version locations",
                hint=f"They are: {', '.join(script.locations)}.",
            )
        return wanted
    if len(script.locations) == 1:
        return script.locations[0]
    for parent in parents:
        path = script.history.ids[parent].path or ""
        for place in script.locations:
            if _is_within(path, place):
                return place
    raise UsageError("Multiple version locations present, please specify --version-path")


def _is_within(path: str, place: str) -> bool:
    return os.path.abspath(path).startswith(os.path.abspath(place) + os.sep)


def _file_name(script: RevisionDirectory, revid: str, message: str | None, moment: datetime) -> str:
    slug = "_".join(re.findall(r"\w+", message or "")).lower()
    if len(slug) > script.truncate_slug_length:
        slug = slug[: script.truncate_slug_length].rsplit("_", 1)[0] + "_"
    fields = {
        "rev": revid,
        "slug": slug,
        "epoch": int(moment.timestamp()),
        **{name: getattr(moment, name) for name in ("year", "month", "day", "hour", "minute", "second")},
    }
    try:
        return f"{script.file_template % fields}.py"
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f"file_template '{script.file_template}' cannot be filled in: {error}",
            hint=f"It may use {', '.join('%%(' + name + ')s' for name in fields)}.",
        ) from error


def _now(timezone: str | None) -> datetime:
    if not timezone:
        return datetime.now()
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    for name in (timezone, timezone.upper()):
        try:
            return datetime.now(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    raise ConfigError(f"Can't locate timezone: {timezone}", hint="Use a name such as Europe/Berlin or UTC.")
