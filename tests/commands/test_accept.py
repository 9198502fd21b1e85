"""``headway lint --accept``: the policy gets an entry for each rule and file, and stays as it was otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from fixtures.programs import Program
from headway.config.policy import Ignore
from headway.config.policy_text import with_ignores

NEW = Ignore("DST001", 'm/"a".py', "was there on 2026-11-29; the shop: 'team' #1")
OLD = {"code": "DST002", "where": "*", "reason": "old"}


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("", {}),
        ("base: main", {"base": "main"}),
        ("# words\nbase: main  # more\n", {"base": "main"}),
        ("ignore:\n  - {code: DST002, where: '*', reason: old}\nbase: main\n", {"base": "main", "ignore": [OLD]}),
        ('ignore:   # why\n\n# words\n- code: DST002\n  where: "*"\n  reason: old\n', {"ignore": [OLD]}),
        ("base: main\nignore:\n", {"base": "main"}),
        ("ignore:\nbase: main\n", {"base": "main"}),
        (
            "'ignore':\n    - code: DST002\n      where: '*'\n      reason: old\nbase: main\n",
            {"base": "main", "ignore": [OLD]},
        ),
        ("base: main\r\nignore:\r\n  - {code: DST002, where: '*', reason: old}\r\n", {"base": "main", "ignore": [OLD]}),
    ],
)
def test_an_entry_is_added_and_nothing_else_changes(before: str, kept: dict[str, object]) -> None:
    after = with_ignores(before, [NEW])
    assert after is not None
    document = yaml.safe_load(after)
    assert document.pop("ignore") == [
        {"code": NEW.code, "where": NEW.where, "reason": NEW.reason},
        *kept.get("ignore", []),  # type: ignore[misc]
    ]
    assert document == {name: value for name, value in kept.items() if name != "ignore"}
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    assert ("\r\n" in after) is ("\r\n" in before) and after.count("\n") - after.count("\r\n") in (0, after.count("\n"))


@pytest.mark.parametrize("before", ["ignore: []\n", "ignore: &all\n  - {code: DST002, where: '*', reason: old}\n"])
def test_a_list_that_takes_no_line_is_left(before: str) -> None:
    assert with_ignores(before, [NEW]) is None


def test_what_is_there_is_accepted_and_what_comes_is_judged(storefront: Path, headway: Program) -> None:
    policy = storefront / ".headway.yml"
    before = policy.read_text()
    (storefront / "migrations" / "versions" / "zz.py").write_text(
        "from alembic import op\nrevision = 'zz'\ndown_revision = 'nobody'\n\n\ndef upgrade():\n    op.drop_table('x')\n"
        "    op.drop_table('y')\n"
    )
    done = headway("lint", "--all", "--accept", "--owner", "shop team", cwd=storefront)
    added = [one for one in yaml.safe_load(policy.read_text())["ignore"] if "shop team" in one["reason"]]
    assert f"by {len(added)} entries" in done.err and ".headway.yml" in done.err
    assert [one["where"] for one in added if one["code"] == "DST001"] == ["migrations/versions/zz.py"]
    assert not [one for one in added if one["code"].startswith(("REV", "HIS"))]
    assert "that no policy accepts: REV001, REV004" in done.err
    assert done.code == 1, "a revision that hangs in the air stays an error"
    assert "DST001" not in done.out and "REV004" in done.out
    assert [line for line in before.splitlines() if line not in policy.read_text().splitlines()] == []
    again = headway("lint", "--all", "--accept", cwd=storefront)
    assert "0 finding(s) accepted by 0 entries" in again.err


def test_a_path_that_looks_like_a_pattern_is_a_path(storefront: Path, headway: Program) -> None:
    versions = storefront / "migrations" / "versions"
    (versions / "zz_[old].py").write_text(
        "from alembic import op\nrevision = 'zz'\ndown_revision = 'd16e2b7f5a08'\n\n\ndef upgrade():\n    op.drop_table('x')\n"
    )
    assert "DST001" in headway("lint", "--all", cwd=storefront).out
    assert "DST001" not in headway("lint", "--all", "--accept", cwd=storefront).out


def test_a_policy_that_cannot_be_added_to_is_an_error_and_stays(storefront: Path, headway: Program) -> None:
    policy = storefront / ".headway.yml"
    policy.write_text("ignore: []\n")
    done = headway("lint", "--all", "--accept", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("'ignore' is not written as a list with a line for each entry")
    assert policy.read_text() == "ignore: []\n"
    policy.unlink()
    (storefront / "pyproject.toml").write_text("[tool.headway]\nbase = 'main'\n")
    done = headway("lint", "--all", "--accept", cwd=storefront)
    assert done.code == 2 and "pyproject.toml" in done.err
    done = headway("lint", "--accept", "--fix", cwd=storefront)
    assert done.code == 2 and "--accept goes with neither" in done.err


def test_a_project_without_a_policy_gets_one(storefront: Path, headway: Program) -> None:
    (storefront / ".headway.yml").unlink()
    assert headway("lint", "--all", "--dialect", "postgresql", "--accept", cwd=storefront).code == 0
    assert set(yaml.safe_load((storefront / ".headway.yml").read_text())) == {"ignore"}
