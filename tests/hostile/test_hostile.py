"""A stranger's repository makes nothing run, nothing hang, and nothing pass that was not looked at."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fixtures.programs import Done, run_program
from hostile.repositories import HOSTILE, Checkout, good

pytestmark = pytest.mark.part(3)

SECONDS = 10

VERBS = {
    "lint": ["lint", "--untrusted"],
    "lint, trusted": ["lint"],
    "graph": ["graph"],
    "history": ["history", "-v"],
    "heads": ["heads"],
    "ci": ["ci", "--untrusted"],
}
JUDGING = ("lint", "lint, trusted", "ci")
BY_THE_POLICY = {"policy_that_lets_everything_pass"}
"""Where a trusted run follows the policy of the checkout, as it should."""


def run(checkout: Checkout, arguments: list[str], **env: str) -> Done:
    """The program as ``headway`` starts it, in the project's directory."""
    started = time.monotonic()
    done = run_program("headway_cli", *arguments, cwd=checkout.shop, env={"PYTHONSAFEPATH": "1", **env})
    assert time.monotonic() - started < SECONDS
    return done


def assert_harmless(checkout: Checkout, done: Done) -> None:
    assert not checkout.tripwire.exists(), "something of the checkout was executed"
    assert done.code in (0, 1, 2), done.err
    assert "Traceback" not in done.out + done.err
    for line in (done.out + done.err).splitlines():
        assert not line.lstrip().startswith(("::stop-commands::y", "::add-mask::a", "##[group]z", "::warning::forged"))
        assert not line.lstrip().startswith(("::error::forged", "::error::w", "::set-output"))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_verb_executes_or_passes(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    HOSTILE[name](checkout)
    here = list(HOSTILE).index(name)
    for number, (verb, arguments) in enumerate(VERBS.items()):
        if not os.environ.get("HEADWAY_FULL") and (here + number) % 3:
            continue  # every verb on one repository in three, every repository by one verb in three
        done = run(checkout, arguments)
        assert_harmless(checkout, done)
        if verb in JUDGING and not (verb == "lint, trusted" and name in BY_THE_POLICY):
            assert done.code != 0, (verb, done.out)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_action_executes_nothing_of_a_fork(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    HOSTILE[name](checkout)
    event = tmp_path / "event.json"
    event.write_text(
        '{"pull_request": {"head": {"repo": {"full_name": "stranger/shop"}}, "base": {"repo": {"full_name": "we/shop"}}}}'
    )
    (tmp_path / "bin").mkdir()
    for command in ("ci", "lint") if os.environ.get("HEADWAY_FULL") else ("ci",):
        started = time.monotonic()
        done = run_program(
            "headway_cli",
            "action",
            cwd=tmp_path / "bin",
            env={
                "GITHUB_ACTIONS": "true",
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": str(event),
                "GITHUB_BASE_REF": "main",
                "GITHUB_WORKSPACE": str(checkout.workspace),
                "GITHUB_OUTPUT": str(tmp_path / "output"),
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
                "INPUT_COMMAND": command,
                "INPUT_WORKING-DIRECTORY": "shop",
                "INPUT_REQUIREMENTS": "./shop",
            },
        )
        assert time.monotonic() - started < 2 * SECONDS
        assert_harmless(checkout, done)
        assert done.code != 0, done.out
        result = (tmp_path / "output").read_text()
        assert "pass" not in result.splitlines()


def test_the_tripwires_work(tmp_path: Path) -> None:
    """What is judged harmless above does run when somebody lets it."""
    checkout = good(tmp_path)
    HOSTILE["code_in_env_py_and_revisions"](checkout)
    run_program("headway_cli", "upgrade", "head", cwd=checkout.shop)
    assert checkout.tripwire.exists()
    checkout.tripwire.unlink()
    os.system(checkout.trap)
    assert checkout.tripwire.exists()


def test_the_good_repository_fails_for_what_it_does(tmp_path: Path) -> None:
    done = run(good(tmp_path), ["lint"])
    assert done.code == 1
    assert "DST001" in done.out and "1 revision(s) judged (main; " in done.out
