"""What belongs to the whole process is as it was when the last of several blocks ends, in whatever order they end."""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
import warnings
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from headway.process import environment, forgetting_modules, hearing, ignoring, printing_to_stderr, replaced


def overlapping(first: AbstractContextManager[None], second: AbstractContextManager[None]) -> None:
    """The first one ends before the second, as it happens in threads."""
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)


def warned(category: type[Warning], text: str) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        seen: list[object] = []
        patch.setattr(warnings, "showwarning", lambda *arguments, **kw: seen.append(arguments))
        warnings.warn(text, category, stacklevel=1)
    return bool(seen)


@pytest.fixture(autouse=True)
def always_shown() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield


def test_warnings_come_back_when_the_last_one_ends() -> None:
    before = list(warnings.filters)
    second = ignoring(UserWarning, "about tables")
    overlapping(ignoring(UserWarning, "about tables"), second)
    assert not warned(UserWarning, "About tables: three")
    assert warned(UserWarning, "not about tables")
    assert warned(RuntimeWarning, "about tables")
    second.__exit__(None, None, None)
    assert warned(UserWarning, "about tables: four")
    assert list(warnings.filters) == before


def test_two_kinds_do_not_end_each_other() -> None:
    second = ignoring(RuntimeWarning)
    overlapping(ignoring(UserWarning), second)
    assert warned(UserWarning, "x")
    assert not warned(RuntimeWarning, "x")
    second.__exit__(None, None, None)
    assert warned(RuntimeWarning, "x")


def test_standard_output_comes_back_when_the_last_one_ends(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    second = printing_to_stderr()
    overlapping(printing_to_stderr(), second)
    print("inside")
    assert sys.stdout is sys.stderr
    second.__exit__(None, None, None)
    print("outside")
    assert sys.stdout is before
    assert capsys.readouterr() == ("outside\n", "inside\n")


def test_a_filter_that_the_program_had_set_itself_stays() -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning)
        before = list(warnings.filters)
        with ignoring(FutureWarning), ignoring(FutureWarning):
            pass
        assert list(warnings.filters) == before
        with ignoring(BytesWarning, "not among them"):
            pass
        assert list(warnings.filters) == before


class Parent:
    @classmethod
    def name(cls) -> str:
        return cls.__name__

    def inherited(self) -> str:
        return "as it was"


class Child(Parent):
    pass


def test_what_was_replaced_comes_back_as_it_was() -> None:
    """A class method as one, and what was only inherited is inherited again."""
    before = vars(Parent)["name"]
    second = replaced(Parent, "name", lambda found: classmethod(lambda cls: f"other {cls.__name__}"))
    overlapping(replaced(Parent, "name", lambda found: classmethod(lambda cls: f"first {cls.__name__}")), second)
    assert Child.name() == "first Child"
    second.__exit__(None, None, None)
    assert vars(Parent)["name"] is before
    with replaced(Child, "inherited", lambda found: lambda self: f"not {found(self)}"):
        assert Child().inherited() == "not as it was"
    assert "inherited" not in vars(Child)


def test_environment_variables_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_SET", "before")
    monkeypatch.delenv("HEADWAY_UNSET", raising=False)
    before = dict(os.environ)
    second = environment({"HEADWAY_SET": None, "HEADWAY_UNSET": "two"})
    overlapping(environment({"HEADWAY_SET": "one", "HEADWAY_UNSET": "one"}), second)
    assert (os.environ.get("HEADWAY_SET"), os.environ["HEADWAY_UNSET"]) == (None, "two")
    second.__exit__(None, None, None)
    assert dict(os.environ) == before


def test_an_audit_event_is_heard_while_the_block_runs() -> None:
    heard: list[object] = []

    def refuse(database: object) -> None:
        heard.append(database)
        raise PermissionError(database)

    with hearing("sqlite3.connect", heard.append), hearing("sqlite3.connect", refuse), pytest.raises(PermissionError):
        sqlite3.connect(":memory:")
    sqlite3.connect(":memory:").close()
    assert heard == [":memory:", ":memory:"]


def test_modules_of_a_block_are_imported_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("headway_one", "headway_two"):
        (tmp_path / f"{name}.py").write_text("made = object()\n")
    with forgetting_modules(lambda name, module: name == "headway_one"):
        import headway_one  # type: ignore[import-not-found]
        import headway_two  # type: ignore[import-not-found]  # noqa: F401
    assert "headway_one" not in sys.modules
    assert "headway_two" in sys.modules
    first = headway_one.made
    import headway_one as again

    assert again.made is not first
    del sys.modules["headway_one"], sys.modules["headway_two"]


def test_a_namespace_package_is_forgotten_with_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "headway_outer" / "within"
    inner.mkdir(parents=True)
    (tmp_path / "headway_outer" / "__init__.py").touch()
    (inner / "leaf.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    def ours(name: str, module: Any) -> bool:
        return any(
            str(tmp_path) in place
            for place in getattr(module, "__path__", None) or [getattr(module, "__file__", None) or ""]
        )

    with forgetting_modules(ours):
        importlib.import_module("headway_outer.within.leaf")
    assert not [name for name in sys.modules if name.startswith("headway_outer")]
