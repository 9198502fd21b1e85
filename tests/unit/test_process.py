"""What belongs to the whole process is as it was when the last of several blocks ends, in whatever order they end."""

from __future__ import annotations

import sys
import warnings
from contextlib import AbstractContextManager

import pytest

from headway.process import ignoring, printing_to_stderr


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
