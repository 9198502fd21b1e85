"""What an effect says where nobody has said anything: that nothing else happens."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from headway.effects import model as fx

CLASSES = [
    each
    for _, each in inspect.getmembers(fx, inspect.isclass)
    if dataclasses.is_dataclass(each) and each.__module__ == fx.__name__
]
TRUE = {
    ("ChangesData", "filtered"),
    ("Column", "nullable"),
    ("CreatesTable", "whole"),
}
"""What is so unless it is said otherwise."""


@pytest.mark.parametrize("each", CLASSES, ids=lambda each: each.__name__)
def test_flags_are_down_unless_they_are_raised(each: type) -> None:
    for field in dataclasses.fields(each):
        if isinstance(field.default, bool):
            assert field.default is ((each.__name__, field.name) in TRUE), field.name
