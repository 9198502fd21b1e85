"""What env.py says of itself as text."""

from __future__ import annotations

import pytest

from headway.script.environment_source import runs_on_asyncio, variables_read

READS = {
    'os.environ["A"]': ("A",),
    'os.environ.get("A")': ("A",),
    'os.environ.get("A", "sqlite://")': ("A",),
    'os.getenv("A", default)': ("A",),
    'environ["A"] or getenv("B") or os.environ["A"]': ("A", "B"),
    'os.environ[name] + settings.get("A") + other["A"]': (),
    'os.environ["A"] = 1 +': (),
    "f'{os.environ[\"A\"]}'": ("A",),
}


@pytest.mark.parametrize("source", READS)
def test_the_variables_it_reads(source: str) -> None:
    assert variables_read(source) == READS[source]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import asyncio", True),
        ("from sqlalchemy.ext.asyncio import async_engine_from_config as make", True),
        ("engine = sqlalchemy.ext.asyncio.create_async_engine(url)", True),
        ("from sqlalchemy import create_engine", False),
        ("# asyncio", False),
        ("this is no Python", False),
    ],
)
def test_whether_it_runs_on_asyncio(source: str, expected: bool) -> None:
    assert runs_on_asyncio(source) is expected
