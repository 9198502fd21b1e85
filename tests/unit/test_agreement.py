"""What two recordings of one run have in common, and which servers know which name of a setting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headway.plan.agreement import agree
from headway.plan.recorded import Section
from headway.runtime.read_only import _is_old


@pytest.mark.parametrize(("first", "second"), [("a", None), (None, "b"), ("a", "b")])
def test_what_one_of_them_could_not_tell_is_not_shown(first: str | None, second: str | None) -> None:
    (agreed,) = agree([Section("r1", "upgrade", [], first)], [Section("r1", "upgrade", [], second)])
    assert (agreed.statements, agreed.why) == (None, first or second)


def test_what_both_tell_is_shown() -> None:
    (agreed,) = agree([Section("r1", "upgrade")], [Section("r1", "upgrade")])
    assert (agreed.statements, agreed.why) == ((), None)


@pytest.mark.parametrize(
    ("version", "is_old"),
    [
        ("5.6.51", True),
        ("5.7.44-log", False),
        ("6.0.1", False),
        ("8.4.0", False),
        ("10.11.6-MariaDB", True),
        ("11.0.2-MariaDB", True),
        ("11.1.0-MariaDB", False),
        ("11.4.2-MariaDB-log", False),
    ],
)
def test_the_name_of_the_setting_is_that_of_the_server(version: str, is_old: bool) -> None:
    cursor: Any = SimpleNamespace(
        description=(("v",),),
        execute=lambda sql: None,
        fetchone=lambda: (version,),
        fetchall=lambda: [(version,)],
        close=lambda: None,
    )
    assert _is_old(SimpleNamespace(name="mysql"), SimpleNamespace(cursor=lambda: cursor)) is is_old
