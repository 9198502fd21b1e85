"""``headway action``: inputs in, annotations, job summary and outputs out, as GitHub hands them over and reads them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from action.jobs import Job, annotations, checkout, masks, owner
from fixtures.programs import ROOT
from headway_cli.action import inputs as inputs_module

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
VERSION_FILE = "shop/migrations/versions/d16e2b7f5a08_order_currency.py"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return checkout(tmp_path)


def spoil(job: Job, statement: str) -> int:
    """Adds a statement to the newest upgrade(); returns its line."""
    path = job.workspace / VERSION_FILE
    path.write_text(
        path.read_text().replace("def upgrade() -> None:\n", f"def upgrade() -> None:\n    {statement}\n", 1)
    )
    return path.read_text().splitlines().index(f"    {statement}") + 1


# -- a green and a red run --------------------------------------------------------------------------------------


def test_a_green_pull_request(job: Job) -> None:
    done = job.run(working_directory="shop")
    assert done.code == 0, done.out + done.err
    assert annotations(done) == []
    assert job.outputs == {
        "result": "pass",
        "exit-code": "0",
        "heads": "d16e2b7f5a08",
        "head-count": "1",
        "findings-error": "0",
        "findings-warning": "0",
        "drift": "0",
        "pending-count": "0",
        "applied-count": "0",
        "plan-digest": "",
        "plan-path": "",
        "report-path": "shop/headway-report.json",
    }
    report = json.loads((job.workspace / "shop" / "headway-report.json").read_text())
    assert report["examined"]["new"] == 1
    assert "headway ci: pass" in job.summary


def test_a_red_pull_request_is_annotated_at_the_line(job: Job) -> None:
    line = spoil(job, 'op.create_index("ix_orders_total", "orders", ["id"])')
    done = job.run(working_directory="shop")
    assert done.code == 1
    (annotation,) = [found for found in annotations(done) if "LCK101" in found[1]["title"]]
    kind, properties, message = annotation
    assert (kind, properties["file"], properties["line"]) == ("error", VERSION_FILE, str(line))
    assert "under a lock" in message
    assert job.outputs["result"] == "fail"
    assert job.outputs["findings-error"] == "2"  # and the index is left behind by the downgrade
    assert "LCK101" in job.summary and "DWN005" in job.summary


def test_only_what_the_branch_adds_is_judged(job: Job) -> None:
    done = job.run(working_directory="shop", command="lint")
    report = json.loads((job.workspace / "shop" / "headway-report.json").read_text())
    assert done.code == 0
    assert (report["examined"]["revisions"], report["examined"]["new"]) == (14, 1)


def test_the_base_of_the_pull_request(job: Job) -> None:
    (job.workspace / "shop" / ".headway.yml").write_text("dialects: [sqlite]\n")
    job.git("branch", "release", "main")
    done = job.run({"GITHUB_BASE_REF": "release"}, working_directory="shop", command="lint")
    assert done.code == 0
    assert "1 revision(s) judged (release, as this clone has it: outside of a CI nothing is fetched; " in done.out
    missing = job.run({"GITHUB_BASE_REF": "nowhere"}, working_directory="shop", command="lint")
    assert missing.code == 2
    assert "fetch-depth: 0" in missing.out


def test_a_shallow_clone_fails_closed(job: Job, tmp_path: Path) -> None:
    job.git("checkout", "main")
    job.git("commit", "--allow-empty", "-m", "main goes on")
    job.git("checkout", "currency")
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{job.workspace}", str(shallow)],
        check=True,
    )
    done = Job(shallow, job.files).run(working_directory="shop", command="lint", base="origin/main")
    assert done.code == 2
    assert "shallow" in done.out and "fetch-depth: 0" in done.out
    assert job.outputs["result"] == "error"


def test_annotations_and_summary_can_be_switched_off(job: Job) -> None:
    spoil(job, 'op.drop_table("coupons")')
    done = job.run(working_directory="shop", command="lint", annotations="False", summary="no")
    assert done.code == 1
    assert annotations(done) == []
    assert not (job.files / "summary").exists()
    assert job.outputs["findings-error"] == "1"


# -- plan and apply ---------------------------------------------------------------------------------------------


def test_plan_then_apply_with_the_digest_that_plan_put_out(job: Job, postgresql_url: str) -> None:
    secret = {"SHOP_URL": postgresql_url}
    done = job.run(secret, working_directory="shop", command="plan", url="env:SHOP_URL")
    assert done.code == 0, done.out + done.err
    planned = job.outputs
    assert (planned["result"], planned["pending-count"], planned["plan-path"]) == ("pass", "14", "shop/plan.json")
    done = job.run(
        secret, working_directory="shop", command="apply", url="env:SHOP_URL", approve=planned["plan-digest"]
    )
    assert done.code == 0, done.out + done.err
    assert (job.outputs["result"], job.outputs["applied-count"]) == ("pass", "14")
    refused = job.run(secret, working_directory="shop", command="apply", url="env:SHOP_URL", approve="sha256:0")
    assert refused.code == 5
    assert any("digest" in message for _, _, message in annotations(refused))


def test_apply_needs_a_digest_or_none_written_out(job: Job, sqlite_url: str) -> None:
    secret = {"SHOP_URL": sqlite_url}
    assert job.run(secret, working_directory="shop", command="plan", url="env:SHOP_URL").code == 0
    for empty in ({}, {"approve": ""}, {"approve": "  "}):
        done = job.run(secret, working_directory="shop", command="apply", url="env:SHOP_URL", **empty)
        assert done.code == 5
        ((kind, _, message),) = annotations(done)
        assert kind == "error" and "'approve', and it is empty" in message
        assert job.outputs == {**job.outputs, "result": "fail", "exit-code": "5"}
    done = job.run(secret, working_directory="shop", command="apply", url="env:SHOP_URL", approve="none")
    assert done.code == 0, done.out + done.err
    assert job.outputs["applied-count"] == "14"


def test_check_on_a_database_at_head(job: Job) -> None:
    done = job.run(working_directory="shop", command="check")
    assert done.code == 1  # nothing has been migrated
    assert job.outputs["result"] == "fail"
    assert [kind for kind, _, _ in annotations(done)] == ["error"]


# -- secrets and hostile text -----------------------------------------------------------------------------------


def test_a_password_reaches_no_log_no_report_and_no_command_line(job: Job) -> None:
    url = "postgresql+psycopg://shop:s3cr%2Ft-w0rd@127.0.0.1:9/shop"
    env = job.workspace / "shop" / "migrations" / "env.py"
    env.write_text(
        env.read_text().replace(
            "config = context.config\n",
            "config = context.config\nimport sys\nprint(open('/proc/self/cmdline').read())\n",
        )
    )
    done = job.run(working_directory="shop", command="plan", url=url)
    assert done.code == 3
    assert {"s3cr/t-w0rd", "s3cr%2Ft-w0rd", url} <= {mask.replace("%25", "%") for mask in masks(done)}
    printed = "\n".join(line for line in (done.out + done.err).splitlines() if not line.startswith("::add-mask::"))
    written = job.summary + "".join(job.outputs.values()) + (job.workspace / "shop" / "headway-report.json").read_text()
    for text in (printed, written):
        assert "s3cr" not in text


def test_what_user_code_prints_is_no_workflow_command(job: Job) -> None:
    spoil(job, "print('::error file=x::forged'); print('::set-output name=result::forged')")
    done = job.run(working_directory="shop")
    assert "forged" in done.out + done.err
    assert all("forged" not in message for _, _, message in annotations(done))
    assert "forged" not in "".join(job.outputs.values())


def test_a_branch_name_cannot_forge_an_output(job: Job) -> None:
    path = job.workspace / VERSION_FILE
    path.write_text(path.read_text().replace("currency of orders", "x\n\nresult<<EOF\nforged\nEOF"))
    assert job.run(working_directory="shop", command="lint").code == 0
    assert job.outputs["result"] == "pass"


# -- inputs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"command": "deploy"}, "input 'command' is 'deploy'"),
        ({"fail_on": "never"}, "input 'fail-on' is 'never'"),
        ({"annotations": "maybe"}, "input 'annotations' is 'maybe'"),
        ({"working_directory": "../.."}, "outside of the workspace"),
        ({"working_directory": "nowhere"}, "no such directory"),
        ({"command": "plan"}, "needs the input 'url'"),
    ],
)
def test_an_input_that_makes_no_sense(inputs: dict[str, str], said: str, job: Job) -> None:
    done = job.run(**{"working_directory": "shop", **inputs})
    assert done.code == 2
    ((kind, _, message),) = annotations(done)
    assert kind == "error"
    assert said in message
    assert job.outputs == {"result": "error", "exit-code": "2"}


def test_empty_and_absent_inputs_are_the_same(job: Job) -> None:
    done = job.run(
        working_directory="shop", command="", fail_on="", scratch="\n# sqlite only\n sqlite \n", base="", url=""
    )
    assert done.code == 0, done.out + done.err
    assert "replay (sqlite)" in done.out


def test_requirements_are_installed_where_the_project_finds_them(job: Job, tmp_path: Path) -> None:
    package = tmp_path / "shopkit"
    package.mkdir()
    (package / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "shopkit"\nversion = "1"\n[tool.setuptools]\npy-modules = ["shopkit"]\n'
    )
    (package / "shopkit.py").write_text("CURRENCY = 'EUR'\n")
    models = job.workspace / "shop" / "storefront" / "models.py"
    models.write_text("import shopkit\n" + models.read_text())
    without = job.run(working_directory="shop")
    assert without.code == 2
    assert "'shopkit', which is not installed here" in without.out
    (job.workspace / "shop" / "requirements.txt").write_text(f"{package}\n")
    done = job.run(working_directory="shop", requirements="requirements.txt")
    assert done.code == 0, done.out + done.err
    failing = job.run(working_directory="shop", requirements="./no-such-package")
    assert failing.code == 2
    assert "there is no such file" in annotations(failing)[0][2]


def test_action_yml_and_the_program_agree() -> None:
    fields = {name.replace("_", "-") for name in inputs_module.Inputs.__dataclass_fields__}
    assert set(ACTION["inputs"]) == fields
    for name, described in ACTION["inputs"].items():
        default = getattr(inputs_module.Inputs(), name.replace("-", "_"))
        written = str(default).lower() if isinstance(default, bool) else default if isinstance(default, str) else ""
        assert described["default"] == written, name
        assert described["description"]
    commands = re.search(r"What to run: (.*)", ACTION["inputs"]["command"]["description"])
    assert commands is not None
    assert re.findall(r"\w+", commands[1].replace(" or ", ", ")) == list(inputs_module.COMMANDS)


def test_action_yml_describes_every_output(job: Job) -> None:
    job.run(working_directory="shop", command="lint")
    assert set(ACTION["outputs"]) == set(job.outputs)
    assert all(described["description"] for described in ACTION["outputs"].values())
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}


# -- the machine ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to somebody else")
def test_what_is_written_belongs_to_the_owner_of_the_workspace(job: Job) -> None:
    for path in (job.workspace, *job.workspace.rglob("*")):
        os.chown(path, 1001, 1002)
    done = job.run({"PYTHONDONTWRITEBYTECODE": "1"}, working_directory="shop")
    assert done.code == 0, done.out + done.err
    strangers = [path for path in job.workspace.rglob("*") if owner(path) != (1001, 1002)]
    assert strangers == []


def test_a_cancelled_job_ends_its_run(job: Job) -> None:
    spoil(job, "import time; open('started', 'w').close(); time.sleep(60)")
    process = subprocess.Popen(
        [sys.executable, "-m", "headway_cli", "action"],
        cwd=job.workspace,
        env={
            **os.environ,
            **job.environment,
            "INPUT_WORKING-DIRECTORY": "shop",
            "PYTHONPATH": f"{ROOT}/engine:{ROOT}/entrypoint",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (job.workspace / "shop" / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM, out
    assert "ended by signal 15. Only scratch databases were changed.\n" in out
    assert "Traceback" not in out
