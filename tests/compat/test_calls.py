"""What programs get from Alembic's interfaces they get from headway: the value, or the kind of error, and the warnings."""

from __future__ import annotations

import contextlib
import io
import re
import sqlite3
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from compat.calls import CALLS, Api, Call, x_argument
from headway.compat.hook import serving_alembic

NOT_NAMED_HERE = {"object", "BaseException", "HasDescriptionCode"}


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    value: Any
    kinds: frozenset[str]
    """Those classes of the error that a program can name without Alembic, and ``CommandError``."""
    text: str
    warned: tuple[tuple[str, str], ...]


def carry_out(call: Call, place: Path, *, served: bool) -> Ended:
    place.mkdir()
    modules = serving_alembic() if served else contextlib.nullcontext()
    with modules, contextlib.chdir(place), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)
        with contextlib.redirect_stdout(io.StringIO()):
            value, error = None, None
            try:
                value = call(Api(place))
            except Exception as raised:  # whatever it is, it is compared
                error = raised
    said = tuple((found.category.__name__, same_for_both(str(found.message), place)) for found in caught)
    return Ended(value, kinds_of(error), same_for_both(str(error or ""), place), said)


def same_for_both(text: str, place: Path) -> str:
    """A text without the directory, which of two paths of a file it names, and the module that a class is defined in."""
    text = text.replace(str(place), "HERE").replace("HERE/m/other/", "HERE/m/versions/")
    return re.sub(r"<class '[\w.]*\.(\w+)'>", r"<class '\1'>", text)


def kinds_of(error: Exception | None) -> frozenset[str]:
    names = set()
    for kind in type(error).__mro__ if error is not None else ():
        if kind.__module__ in ("builtins", "sqlalchemy.exc"):
            names.add(kind.__name__)
        elif kind.__name__ in ("CommandError", "HeadwayError"):
            names.add("CommandError")
    return frozenset(names - NOT_NAMED_HERE)


@pytest.mark.parametrize("name", CALLS)
def test_a_call(name: str, tmp_path: Path) -> None:
    theirs = carry_out(CALLS[name], tmp_path / "theirs", served=False)
    ours = carry_out(CALLS[name], tmp_path / "ours", served=True)
    assert ours.value == theirs.value, ours.text
    assert ours.kinds >= theirs.kinds, ours.text
    assert bool(ours.kinds) == bool(theirs.kinds), ours.text
    assert ours.text.startswith(re.sub(r"\W+$", "", theirs.text))
    assert sorted(set(ours.warned)) == sorted(set(theirs.warned))


def test_x_as_one_text_is_one_pair_in_a_dictionary(tmp_path: Path) -> None:
    ours = carry_out(lambda api: x_argument(api, "a=1", True), tmp_path / "ours", served=True)
    assert ours.value == {"a": "1"}  # Alembic takes the text for a list of letters


def test_a_title_that_the_terminal_cannot_show_has_question_marks(tmp_path: Path) -> None:
    def listed(api: Api) -> bytes:
        config = api.project()
        (tmp_path / "ours" / "m" / "versions" / "a1_.py").write_text(
            "'''Größe → weight'''\nrevision = 'a1'\ndown_revision = None\n", encoding="utf-8"
        )
        written = io.BytesIO()
        config.stdout = io.TextIOWrapper(written, encoding="ascii", write_through=True)
        api.command.history(config)
        return written.getvalue()

    ours = carry_out(listed, tmp_path / "ours", served=True)
    assert ours.value == b"<base> -> a1 (head), Gr??e ? weight\n", ours.text


def test_what_is_put_first_on_the_search_path_is_put_there_once(tmp_path: Path) -> None:
    def twice(api: Api) -> int:
        config = api.project()
        config.set_main_option("prepend_sys_path", str(tmp_path))
        before = list(sys.path)
        try:
            for _ in range(2):
                api.script.ScriptDirectory.from_config(config)
            return sys.path.count(str(tmp_path))
        finally:
            sys.path[:] = before

    assert carry_out(twice, tmp_path / "ours", served=True).value == 1


@pytest.mark.parametrize("served", [True, False])
def test_a_purge_towards_nothing_known_keeps_the_rows(served: bool, tmp_path: Path) -> None:
    def purged(api: Api) -> Any:
        config = api.project()
        api.command.stamp(config, "a1")
        with contextlib.suppress(Exception):
            api.command.stamp(config, "zzzz", purge=True)
        with contextlib.closing(sqlite3.connect("app.db")) as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchall()

    # Alembic has forgotten by then which revision the database is on.
    assert carry_out(purged, tmp_path / "place", served=served).value == ([("a1",)] if served else [])
