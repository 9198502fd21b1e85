"""The examples for other CI systems: what each has the container do, done here with the image itself."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from action.runner import Runner
from action.test_strangers import runner
from fixtures.docker import docker
from fixtures.programs import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
EXAMPLES = ROOT / "examples" / "ci"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone as a CI makes one, with ``origin/main``; anybody may write to it."""
    made: Runner = runner(tmp_path, 0)
    place = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "-b", "currency", str(made.workspace), str(place)], check=True)
    subprocess.run(["chmod", "-R", "a+rwX", str(place)], check=True)
    return place


def load(name: str) -> list[Any]:
    return list(yaml.safe_load_all((EXAMPLES / name).read_text()))


def in_the_image(
    image: str, clone: Path, *command: str, options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    mount = ["-v", f"{clone}:/work", "-w", "/work/shop"]
    return docker("run", "--rm", *mount, *options, image, *command, check=False)


def test_gitlab(clone: Path, plain_image: str) -> None:
    spec, job = load("gitlab-component.yml")
    given = {name: str(described["default"]) for name, described in spec["spec"]["inputs"].items()}
    given |= {"working-directory": "shop", "scratch": "sqlite", "base": "origin/main"}
    script = "\n".join(job["headway"]["script"])
    script = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: given[found[1]], script)
    # GitLab starts a shell in the image and feeds it the script.
    done = docker(
        *("run", "--rm", "-v", f"{clone}:/work", "-w", "/work", "-e", "CI_PROJECT_DIR=/work", "-e", "CI=true"),
        *("--entrypoint", "", plain_image, "sh", "-euc", script),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reports = job["headway"]["artifacts"]["reports"]
    assert json.loads((clone / reports["codequality"]).read_text()) == []
    assert "<testsuite" in (clone / reports["junit"]).read_text()


def test_circleci(clone: Path, plain_image: str) -> None:
    (document,) = load("circleci.yml")
    (step,) = [step["run"] for step in document["jobs"]["migrations"]["steps"] if isinstance(step, dict)]
    done = in_the_image(plain_image, clone, "sh", "-c", step)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "replay (postgresql)" in done.stdout


def test_azure(clone: Path, plain_image: str) -> None:
    (document,) = load("azure-pipelines.yml")
    (script,) = [step["script"] for step in document["steps"] if "script" in step]
    words = shlex.split(script.replace("$PWD", str(clone)))
    at = next(place for place, word in enumerate(words) if word.startswith("ghcr.io/"))
    options = [word for word in words[2:at] if word != "--rm"]
    options[options.index("/work")] = "/work/shop"
    done = docker("run", "--rm", *options, plain_image, *words[at + 1 :], check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 revision(s) judged (origin/main" in done.stdout


def test_kubernetes(clone: Path, plain_image: str) -> None:
    (document,) = load("kubernetes-job.yml")
    pod = document["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    security = container["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"] and security["readOnlyRootFilesystem"]
    options = ["--read-only", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"]
    options += [part for name in security["capabilities"]["drop"] for part in ("--cap-drop", name)]
    user = docker("inspect", "-f", "{{.Config.User}}", plain_image).stdout.strip()
    assert user.isdigit() and user != "0", "Kubernetes can tell that it is not root by a number only"
    (clone / "data").mkdir()
    (clone / "data").chmod(0o777)
    (variable,) = [item["name"] for item in container["env"]]
    env = clone / "shop" / "migrations" / "env.py"
    text = "import os\nfrom alembic import context\n"
    env.write_text(
        f"{text}context.config.set_main_option('sqlalchemy.url', os.environ[{variable!r}])\n{env.read_text()}"
    )
    url = ("-e", f"{variable}=sqlite:////work/data/shop.db")
    done = in_the_image(plain_image, clone, *container["args"], options=(*options, *url))
    assert done.returncode == 0, done.stdout + done.stderr
    again = in_the_image(plain_image, clone, "current", options=(*options, *url))
    assert "d16e2b7f5a08 (head)" in again.stdout or "d16e2b7f5a08" in again.stdout
