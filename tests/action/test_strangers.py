"""What the code of a pull request can reach from inside of the Action: nothing of the job, nothing of root's.

Each test is a tripwire: the revision tries, prints ``LOOT`` for what it got, and leaves marks where it could.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from action.jobs import checkout
from action.runner import Runner
from fixtures.programs import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
ACTION = ROOT / "action.yml"
NEWEST = "shop/migrations/versions/d16e2b7f5a08_order_currency.py"

THIEF = """
import atexit, glob, os, pathlib, socket, subprocess, sys

def tried(what, how):
    try:
        got = how()
    except BaseException as error:
        print("REFUSED", what, type(error).__name__)
    else:
        print("LOOT", what, got)

def write(path, text):
    def how():
        with open(path, "a") as file:
            file.write(text)
    return how

def docker():
    client = socket.socket(socket.AF_UNIX)
    client.connect("/var/run/docker.sock")
    client.sendall(b"GET /containers/json HTTP/1.0\\r\\n\\r\\n")
    return client.recv(100)

def steal():
    for path in glob.glob("/github/file_commands/*"):
        tried("file command", write(path, "result=pwned\\nLD_PRELOAD=/tmp/x.so\\n"))
    tried("new file command", write("/github/file_commands/set_env_more", "A=b\\n"))
    tried("event", write("/github/workflow/event.json", "x"))
    tried("home", write("/github/home/.bashrc", "x"))
    tried("workspace", write("/github/workspace/left", "x"))
    tried("headway", write("/opt/headway/lib/left.pth", "import os"))
    tried("parent", lambda: open("/proc/1/environ").read())
    tried("memory", lambda: open("/proc/1/mem", "rb").read(1))
    tried("socket", docker)
    tried("root", lambda: os.setuid(0))
    tried("shadow", lambda: open("/etc/shadow").read())
    for name, value in os.environ.items():
        if any(word in name + value for word in ("TOKEN", "SECRET", "GITHUB_ENV", "GITHUB_OUTPUT", "INPUT_", "hunter2")):
            print("LOOT variable", name)
    for config in ("/github/workspace/.git/config", *[os.path.join(top, ".git", "config") for top in (os.getcwd(), os.path.dirname(os.getcwd()))]):
        tried("config " + config, lambda: "AUTHORIZATION" in open(config).read() or 1 / 0)
    print("uid", os.getuid(), os.getgid(), os.getgroups())
    for stream in (sys.stdout, sys.stderr):
        print("::set-env name=A::b", file=stream)
        print("::add-path::/tmp", file=stream)
        print("::error::forged", file=stream)
        print("##[error]forged", file=stream)
        stream.flush()
    atexit.register(lambda: os.write(2, b"::error::forged at the end\\n::add-mask::o\\n"))
    subprocess.Popen(
        [sys.executable, "-c", "import time, os; time.sleep(2); os.write(1, b'::error::forged late\\\\n'); time.sleep(60)"],
        start_new_session=True,
    )

steal()
"""


def runner(place: Path, uid: int) -> Runner:
    place.chmod(0o755)
    for above in list(place.parents)[:3]:
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    job = checkout(place / "job")
    made = Runner(place / "runner", uid=uid, gid=uid)
    shutil.rmtree(made.workspace)
    shutil.copytree(job.workspace, made.workspace, symlinks=True)
    with (made.workspace / ".git" / "config").open("a") as config:
        config.write('[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic c2VjcmV0\n')
    made.own()
    return made


def spoil(made: Runner, code: str = THIEF) -> None:
    path = made.workspace / NEWEST
    path.write_text(path.read_text() + code)
    made.own()


@pytest.mark.parametrize("uid", [1001, 0])
def test_a_revision_reaches_nothing_of_the_job(uid: int, tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, uid)
    spoil(made)
    env = {"MY_SECRET": "hunter2", "GITHUB_TOKEN": "ghs_hunter2"}
    inputs = {"working-directory": "shop", "scratch": "sqlite", "comment": "true", "token": "ghs_hunter2"}
    step = made.step(headway_image, ACTION, inputs, env)
    assert "uid 1654 1654 []" in step.log, step.log
    assert "no comment: " in str(step.annotations)
    assert "LOOT" not in step.log, step.log
    assert "REFUSED new file command" in step.log
    assert (step.env, step.path, step.state, step.commands) == ({}, [], {}, [])
    assert step.outputs["result"] == "pass"
    assert [text for _, _, text in step.annotations if "forged" in text] == []
    assert "o" not in step.masks
    changed = {
        str(path.relative_to(made.workspace)) for path in made.workspace.rglob("*") if path.lstat().st_uid != uid
    }
    assert changed == set()
    assert not (made.workspace / "left").exists()


def test_apply_gives_nothing_away_either(tmp_path: Path, headway_image: str) -> None:
    """Its code was approved, and runs in the checkout as its owner, who could write the job's files."""
    made = runner(tmp_path, 1001)
    spoil(made)
    inputs = {"working-directory": "shop", "command": "apply", "approve": "none", "url": "sqlite:///shop.db"}
    step = made.step(headway_image, ACTION, inputs, {"MY_SECRET": "hunter2"})
    assert step.code == 2, step.log  # without a plan there is nothing to apply
    plan = made.step(headway_image, ACTION, {**inputs, "command": "plan", "approve": ""})
    assert plan.code == 0, plan.log
    assert not (made.workspace / "shop" / "shop.db").exists()
    step = made.step(
        headway_image, ACTION, {**inputs, "approve": plan.outputs["plan-digest"]}, {"MY_SECRET": "hunter2"}
    )
    assert step.code == 0, step.log
    assert "uid 1001 1654 []" in step.log
    loot = {line.split(" ", 2)[1] for line in step.log.splitlines() if line.startswith("LOOT")}
    assert not loot & {"socket", "parent", "memory", "root", "shadow", "headway", "variable"}, step.log
    assert (step.env, step.path, step.state, step.commands) == ({}, [], {}, [])
    assert step.outputs["result"] == "pass" and step.outputs["pending-count"] == "0"
    assert (made.workspace / "shop" / "shop.db").stat().st_uid == 1001
    again = made.step(headway_image, ACTION, {**inputs, "approve": plan.outputs["plan-digest"]})
    assert (again.code, again.outputs["pending-count"]) == (0, "0"), again.log


def test_links_lead_root_nowhere(tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    victim = tmp_path / "runner" / "work" / "victim"
    victim.mkdir()
    (victim / "file").write_text("mine")
    (made.workspace / "shop" / "headway-report.json").symlink_to("../../victim/file")
    (made.workspace / "shop" / "out").symlink_to("/etc")
    made.own()
    lint = made.step(headway_image, ACTION, {"working-directory": "shop", "command": "lint"})
    assert lint.code == 0
    assert (victim / "file").read_text() == "mine"
    assert not (made.workspace / "shop" / "headway-report.json").is_symlink()
    inputs = {"working-directory": "shop", "command": "lint", "report-path": "out/report.json"}
    refused = made.step(headway_image, ACTION, inputs)
    assert refused.code == 2
    assert "cannot be written" in refused.annotations[-1][2]
    outside = made.step(headway_image, ACTION, {**inputs, "report-path": "../../../report.json"})
    assert outside.code == 2
    assert "outside of the workspace" in outside.annotations[-1][2]


HOSTILE = "x'; ${{ secrets.A }} <script>alert(1)</script> | `rm` ::error::forged %0A::warning::forged"


LONG = f"-- {HOSTILE}\nSELECT 1 /*{'x' * 1_000_000}*/"


def test_texts_of_a_revision_stay_texts(tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    folder = made.workspace / "shop" / "migrations" / "versions"
    name = "::error::forged%0A<img src=x>.py"
    (folder / name.replace("/", "")).write_text(
        f'"""{HOSTILE}"""\nrevision = "f00d"\ndown_revision = "d16e2b7f5a08"\nbranch_labels = ("a::error::forged",)\n'
        "from alembic import op\n\n\ndef upgrade():\n"
        f"    op.drop_table({HOSTILE!r})\n    op.execute({LONG!r})\n"
        "    raise RuntimeError('::error::forged\\n::set-env name=A::b\\n' + 'y' * 1_000_000)\n\n\ndef downgrade():\n    pass\n"
    )
    made.own()
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "scratch": "sqlite"})
    assert step.code == 1, step.log[-2000:]
    assert (step.env, step.path, step.commands) == ({}, [], [])
    assert all(text != "forged" for _, _, text in step.annotations)
    assert "<script>" not in step.summary and "<img" not in step.summary
    assert len(step.summary.encode()) < 2**20
    assert len(step.outputs["heads"]) < 1000
