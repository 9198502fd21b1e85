"""The plan file: a plan as JSON, and back, with every way in which a file can be none said in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from headway.errors import UsageError
from headway.plan.model import SCHEMA, Plan, PlanStatement, PlanStep, Target, as_document

_MAKE_ANEW = "Plan again with 'headway plan -o plan.json', have the new digest approved, and apply that plan."


def write_plan(plan: Plan, path: str) -> None:
    """Writes the plan file. Raises UsageError when the file cannot be written."""
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(to_json(plan))
    except OSError as error:
        raise UsageError(
            f"the plan cannot be written: {error.strerror}", path=path, hint="Does its directory exist?"
        ) from error


def read_plan(path: str) -> Plan:
    """The plan in a file. Raises UsageError when it cannot be read, is no plan, or was changed after it was made."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise UsageError(f"the plan cannot be read: {error.strerror}", path=path, hint=_MAKE_ANEW) from error
    try:
        return from_json(content.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        raise UsageError("this is not a plan file: it is not UTF-8", path=path, hint=_MAKE_ANEW) from error


def to_json(plan: Plan) -> str:
    """The plan file's text."""
    return json.dumps(file_document(plan), indent=2, ensure_ascii=False) + "\n"


def file_document(plan: Plan) -> dict[str, Any]:
    """The plan file as plain values."""
    document = as_document(plan)
    return {"schema": document.pop("schema"), "digest": plan.digest, **document}


def from_json(text: str, path: str) -> Plan:
    """The plan in a plan file's text; ``path`` only names it in errors.

    Raises UsageError when it is not a plan file, or when its digest does not fit its contents.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"this is not a plan file: {why}", path=path, hint=_MAKE_ANEW) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        older = isinstance(schema, str) and schema.startswith("headway/plan/")
        made = f"this plan has the format {schema}, and this version applies {SCHEMA}" if older else "this is no plan"
        raise UsageError(made, path=path, hint=_MAKE_ANEW)
    plan = _Reader(path).plan(document)
    if plan.digest != document.get("digest"):
        raise UsageError("the plan file was changed after it was made", path=path, hint=_MAKE_ANEW)
    return plan


class _Reader:
    """Takes a document apart and trusts nothing of it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def plan(self, document: Mapping[str, Any]) -> Plan:
        database = self._get(document, "database", dict)
        fields = ("dialect", "server_version", "host", "database", "schema", "identity", "named_by")
        if unknown := (document.keys() - _KEYS) | (database.keys() - set(fields)):
            self._wrong(f"it has no '{min(map(str, unknown))}'")
        code = self._get(document, "code", dict)
        if not all(isinstance(value, str) for value in code.values()):
            self._wrong("'code' maps paths to digests")
        return Plan(
            database=Target(**{name: self._text(database, name) for name in fields}),
            version_table=self._get(document, "version_table", str),
            current=self._texts(document, "current"),
            target=self._texts(document, "target"),
            steps=tuple(map(self._step, self._get(document, "steps", list))),
            environment=tuple(map(self._step, self._get(document, "environment", list))),
            code=code,
            rebuilds=self._texts(document, "rebuilds"),
            not_covered=self._texts(document, "not_covered"),
        )

    def _step(self, document: Any) -> PlanStep:
        statements = self._get(document, "statements", (list, type(None)))
        return PlanStep(
            revision=self._get(document, "revision", str),
            direction=self._get(document, "direction", str),
            file=self._text(document, "file"),
            line=self._get(document, "line", (int, type(None))),
            script_digest=self._get(document, "script_digest", str),
            recorded=None if statements is None else tuple(map(self._statement, statements)),
            why=self._text(document, "why"),
        )

    def _statement(self, document: Any) -> PlanStatement:
        values = self._get(document, "values", list)
        if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in values):
            self._wrong("'values' is a list of pairs")
        return PlanStatement(
            sql=self._get(document, "sql", str),
            kind=self._get(document, "kind", str),
            file=self._text(document, "file"),
            line=self._get(document, "line", (int, type(None))),
            values=tuple((place, value) for place, value in values),
            run_time=self._texts(document, "run_time"),
            fingerprint=self._get(document, "fingerprint", str),
        )

    def _text(self, document: Any, key: str) -> Any:
        return self._get(document, key, (str, type(None)))

    def _texts(self, document: Any, key: str) -> tuple[str, ...]:
        found = self._get(document, key, list)
        if not all(isinstance(item, str) for item in found):
            self._wrong(f"'{key}' is a list of texts")
        return tuple(found)

    def _get(self, document: Any, key: str, kind: type | tuple[type, ...]) -> Any:
        if not isinstance(document, dict) or key not in document:
            self._wrong(f"'{key}' is missing")
        found = document[key]
        if not isinstance(found, kind) or isinstance(found, bool):
            self._wrong(f"'{key}' is of the wrong type")
        return found

    def _wrong(self, why: str) -> NoReturn:
        raise UsageError(f"this is not a plan file: {why}", path=self.path, hint=_MAKE_ANEW)


_KEYS = frozenset(
    [
        "schema",
        "digest",
        "database",
        "version_table",
        "current",
        "target",
        "steps",
        "environment",
        "code",
        "rebuilds",
        "not_covered",
    ]
)
