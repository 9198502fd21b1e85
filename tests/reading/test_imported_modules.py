"""What importing a module of the project does at a place of the revision, and how much is said of it."""

from __future__ import annotations

import pytest

from reading.harness import read, words

IMPORT = "from shop import generated"


def effects(module: str) -> list[str]:
    found = read('op.drop_table(generated.NAME)\ngenerated.made("x")', IMPORT, {"shop.generated": module})
    assert found.upgrade is not None
    return [words(effect) for effect in found.upgrade.effects]


HARMLESS = """
from google.protobuf.internal import builder
_globals = globals()
builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, _globals)
_globals["_EXPERIMENT"]._serialized_start = 100
_globals["_EXPERIMENT"]._serialized_end = 200
NAME = "notes"
def made(name):
    pass
"""


def test_generated_code_that_fills_its_own_names_is_not_the_migrations_business() -> None:
    assert effects(HARMLESS) == ["DropsTable notes"]


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("from alembic import op", ""),
        ("from alembic import *", ""),
        ("import sqlalchemy as sa\nengine = sa.create_engine('sqlite://')", ""),
        ("", "from alembic import op"),
    ],
)
def test_names_that_reach_the_database_are_told(begin: str, end: str) -> None:
    assert any("BuildMessage" in one for one in effects(f"{begin}\n{HARMLESS}\n{end}\n"))


@pytest.mark.parametrize(("given", "told"), [("op", True), ("'x'", False)])
def test_an_unknown_object_of_a_library_is_told_where_it_gets_the_database(given: str, told: bool) -> None:
    module = f"import sqlalchemy as sa\nfrom alembic import op\nsa.Novelty().run({given})\nNAME = 'notes'\ndef made(name): pass\n"
    assert any("run() is given what" in one for one in effects(module)) is told


def test_the_names_of_the_revision_itself_are_told() -> None:
    found = read('globals()["op"].drop_table("a")\nbuild(globals())')
    assert found.upgrade is not None
    assert [words(effect)[:6] for effect in found.upgrade.effects] == ["unread", "unread"]
