"""What a run is like that may execute nothing, who gets one, and what a trusted run executes no sooner than it must."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.programs import run_program
from headway.errors import GateRefused
from headway_cli.action.event import is_from_a_fork
from headway_cli.action.inputs import read_inputs
from hostile.repositories import INI, SECOND, Checkout, good

ACCEPTED = SECOND.replace(
    'op.drop_table("customers")', 'op.drop_table("customers")  # headway: ignore[DST001] reason="unused"'
)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A repository that passes what may be looked at, with code that trips the wire."""
    made = good(tmp_path)
    made.write("shop/migrations/versions/b2_no_customers.py", ACCEPTED)
    made.write("shop/migrations/env.py", made.python_trap)
    made.commit()
    return made


def test_ci_passes_by_what_it_may_look_at_and_names_the_rest(checkout: Checkout) -> None:
    done = run_program("headway_cli", "ci", "--untrusted", "--format", "json", cwd=checkout.shop)
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert document["result"] == "pass"
    stages = {stage["name"]: (stage["status"], stage["why"]) for stage in document["stages"]}
    assert list(stages) == ["graph", "lint", "replay", "drift", "downgrade"]
    assert [stages[name][0] for name in ("graph", "lint")] == ["pass", "pass"]
    for name in ("replay", "drift", "downgrade"):
        assert stages[name] == ("skipped", "not run: untrusted, nothing of the checkout is executed")
    assert not checkout.tripwire.exists()
    text = run_program("headway_cli", "ci", "--untrusted", cwd=checkout.shop).out
    assert text.count("not run: untrusted") == 3


@pytest.mark.parametrize("verb", ["drift", "plan", "apply"])
def test_what_would_execute_is_refused(verb: str, checkout: Checkout) -> None:
    done = run_program("headway_cli", verb, "--untrusted", cwd=checkout.shop)
    assert done.code == 2
    done.assert_one_clear_line("untrusted", f"'{verb}' executes the project's code")
    assert not checkout.tripwire.exists()


def test_the_policy_is_the_one_of_the_base(checkout: Checkout) -> None:
    checkout.git("checkout", "-q", "main")
    checkout.write("shop/.headway.yml", "rules: {DST001: warning}\nfail_on: warning\n")
    checkout.commit()
    checkout.git("checkout", "-q", "branch")
    checkout.git("rebase", "-q", "main")
    checkout.write("shop/migrations/versions/b2_no_customers.py", SECOND)
    for policy in ("baseline: b2\n", "rules: {DST001: off}\n", "fail_on: error\n", "nonsense: [\n"):
        checkout.write("shop/.headway.yml", policy)
        done = run_program("headway_cli", "lint", "--untrusted", cwd=checkout.shop)
        assert done.code == 1, policy
        assert "warning[DST001]" in done.out
    (checkout.shop / ".headway.yml").unlink()
    assert run_program("headway_cli", "lint", "--untrusted", cwd=checkout.shop).code == 1


def test_no_command_for_a_database_is_run_on_a_broken_graph(tmp_path: Path) -> None:
    checkout = good(tmp_path)
    command = f"cmd:sh -c '{checkout.trap}; echo sqlite://'"
    checkout.write("shop/.headway.yml", f'scratch: ["{command}"]\ntargets: {{production: {{url: "{command}"}}}}\n')
    broken = checkout.write("shop/migrations/versions/c3.py", "revision = 'c3'\ndown_revision = 'gone'\n")
    for arguments in (["ci"], ["drift"], ["plan", "--url", "production"], ["apply", "--url", "production"]):
        done = run_program("headway_cli", *arguments, cwd=checkout.shop)
        assert done.code in (1, 2), done.err
        assert not checkout.tripwire.exists(), arguments
    broken.unlink()
    run_program("headway_cli", "drift", cwd=checkout.shop)
    assert checkout.tripwire.exists(), "a sound graph opens its databases"


# -- who is a stranger ------------------------------------------------------------------------------------------


def pull_request(source: str | None, target: str = "we/shop") -> dict[str, object]:
    head = {"repo": {"full_name": source} if source else None}
    return {"pull_request": {"head": head, "base": {"repo": {"full_name": target}}}}


@pytest.mark.parametrize(
    ("name", "event", "stranger"),
    [
        ("push", {}, False),
        ("schedule", None, False),
        ("pull_request", pull_request("we/shop"), False),
        ("pull_request", pull_request("stranger/shop"), True),
        ("pull_request", pull_request(None), True),
        ("pull_request", {}, True),
        ("pull_request", None, True),
        ("pull_request", [], True),
        ("pull_request_target", pull_request("stranger/shop"), True),
        ("pull_request_review", pull_request("stranger/shop"), True),
        ("workflow_run", {"workflow_run": {"head_repository": {"full_name": "a/b"}}, "repository": {"full_name": "c/d"}}, True),
        ("workflow_run", {"workflow_run": {"head_repository": {"full_name": "c/d"}}, "repository": {"full_name": "c/d"}}, False),
    ],
)  # fmt: skip
def test_a_change_of_another_repository(name: str, event: object, stranger: bool, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    if event is not None:
        path.write_text(json.dumps(event))
    environment = {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), "GITHUB_WORKSPACE": str(tmp_path)}
    assert is_from_a_fork(environment) is stranger
    assert read_inputs(environment).executes_nothing is stranger
    assert read_inputs({**environment, "INPUT_UNTRUSTED": "auto"}).executes_nothing is stranger
    assert read_inputs({**environment, "INPUT_UNTRUSTED": "true"}).executes_nothing
    assert not read_inputs({**environment, "INPUT_UNTRUSTED": "false"}).executes_nothing


@pytest.mark.parametrize("command", ["drift", "plan", "apply", "check"])
def test_the_action_refuses_what_would_execute_a_strangers_code(command: str, tmp_path: Path) -> None:
    inputs = {"INPUT_COMMAND": command, "INPUT_URL": "env:X", "INPUT_APPROVE": "none", "INPUT_UNTRUSTED": "true"}
    with pytest.raises(GateRefused, match="untrusted"):
        read_inputs({**inputs, "GITHUB_WORKSPACE": str(tmp_path)})


def test_the_action_writes_its_report_beside_a_link_and_not_through_it(checkout: Checkout, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("of somebody else's")
    (checkout.shop / "headway-report.json").symlink_to(kept)
    env = {"GITHUB_WORKSPACE": str(checkout.workspace), "INPUT_COMMAND": "lint", "INPUT_WORKING-DIRECTORY": "shop"}
    run_program("headway_cli", "action", cwd=tmp_path, env=env)
    assert kept.read_text() == "of somebody else's"
    assert json.loads((checkout.shop / "headway-report.json").read_text())["result"] == "pass"


# -- what is printed --------------------------------------------------------------------------------------------


def test_what_user_code_prints_has_no_password(tmp_path: Path) -> None:
    checkout = good(tmp_path)
    url = "postgresql://u:s3cret-9@127.0.0.1:1/x"
    checkout.write(
        "shop/migrations/env.py",
        "import os, sys, base64, logging\nfrom alembic import context\nsecret = 's3cret-9'\n"
        "print('out', secret, base64.b64encode(secret.encode()).decode())\n"
        "print('err', os.environ['URL'], secret, file=sys.stderr)\nlogging.warning('logged %s', secret)\n"
        "raise ValueError(f'raised {secret}')\n",
    )
    done = run_program("headway_cli", "drift", "--scratch", "env:URL", cwd=checkout.shop, env={"URL": url})
    assert "s3cret-9" not in done.out + done.err
    checkout.write("shop/alembic.ini", INI.replace("sqlite:///x.db", url))
    done = run_program("headway_cli", "ci", "--scratch", "sqlite", cwd=checkout.shop, env={"URL": url})
    assert "raised ***" in done.out
    for word in ("out ***", "err ", "logged ***"):
        assert word in done.err
    assert "s3cret-9" not in done.out + done.err
    assert "czNjcmV0" not in done.err


def test_the_templates_own_url_hides_nothing(tmp_path: Path) -> None:
    """``driver://user:pass@localhost/dbname`` made ``"result": "***"`` of every green report."""
    checkout = good(tmp_path)
    checkout.write("shop/alembic.ini", INI.replace("sqlite:///x.db", "driver://user:pass@localhost/dbname"))
    checkout.write("shop/migrations/versions/b2_no_customers.py", ACCEPTED)
    document = json.loads(run_program("headway_cli", "lint", "--format", "json", cwd=checkout.shop).out)
    assert document["result"] == "pass"


COMPUTED = {
    "down_revision": ("down_revision = 'a1'", "down_revision = open('/nowhere').read()"),
    "revision": ("revision = 'b2'", "revision = open('/nowhere').read()"),
    "branch_labels": ("down_revision = 'a1'", "down_revision = 'a1'\nbranch_labels = (open('/nowhere').name,)"),
    "depends_on": ("down_revision = 'a1'", "down_revision = 'a1'\ndepends_on = open('/nowhere').name"),
}
"""What only running the file would tell, by name."""


@pytest.mark.parametrize("name", COMPUTED)
def test_a_computed_header_is_said_and_not_run(name: str, tmp_path: Path) -> None:
    checkout = good(tmp_path)
    source = ACCEPTED.replace(*COMPUTED[name], 1)
    assert source != ACCEPTED
    checkout.write("shop/migrations/versions/b2_no_customers.py", f"{checkout.python_trap}\n{source}")
    place = f"b2_no_customers.py:{_line_of(checkout, name)}"
    for verb in (["lint"], ["lint", "--untrusted"], ["graph"], ["ci", "--untrusted"]):
        done = run_program("headway_cli", *verb, cwd=checkout.shop)
        assert not checkout.tripwire.exists(), verb
        assert place in done.out + done.err, (verb, done.out, done.err)
        costs_the_file = name in ("revision", "down_revision") and verb != ["graph"]
        assert done.code == (1 if costs_the_file else 0), (verb, done.out, done.err)


def _line_of(checkout: Checkout, name: str) -> int:
    lines = (checkout.versions / "b2_no_customers.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(f"{name} = "))
