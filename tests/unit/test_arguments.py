"""Global options are taken on either side of a verb."""

from __future__ import annotations

import pytest

from headway_cli.main import arranged, find_verb


@pytest.mark.parametrize(
    ("given", "arranged_as"),
    [
        ("upgrade head", "upgrade head"),
        ("upgrade head -c x.ini -n db -x a=b -q", "-c x.ini -n db -x a=b -q upgrade head"),
        ("-c x.ini upgrade --sql head --config=y.toml", "-c x.ini --config=y.toml upgrade --sql head"),
        ("current -c", "current -c"),
        ("current --config x.ini -c", "--config x.ini current -c"),
        ("history -v -q", "-q history -v"),
        ("revision -m -q --raiseerr", "--raiseerr revision -m -q"),
        ("show -- -q", "show -- -q"),
        ("-c ci ci --all", "ci -c ci --all"),
        ("-c x.ini -q ci --all", "ci -c x.ini -q --all"),
        ("ci -q -c x.ini", "ci -q -c x.ini"),
        ("--config=x.ini plan --to ab", "plan --config=x.ini --to ab"),
        ("--version", "--version"),
        ("-c", "-c"),
    ],
)
def test_arranged(given: str, arranged_as: str) -> None:
    arguments = given.split()
    assert arranged(arguments, find_verb(arguments)) == arranged_as.split()
