"""Runs verbs of one program, headway or Alembic, on one project, in a process of its own, and reads the database after
each group of them; compares nothing.

``python -P -m histories.side REQUEST ANSWER``: it runs what strangers wrote. Each verb's output is taken at the file
descriptor, because Alembic keeps the standard output of the moment when it is imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from histories.state import state_of


def main() -> None:
    """Reads the request, writes the answer."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    answer_path = sys.argv[2]
    program = _program(request["program"])
    sys.path += request["path"]  # behind what is installed: both sides run on the same SQLAlchemy
    os.chdir(request["project"])
    answer = {}
    for group, verbs in request["groups"].items():
        answer[group] = {"runs": [_run(program, verb) for verb in verbs], "state": state_of(request["url"])}
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump(answer, file)


def _program(name: str) -> Callable[[list[str]], object]:
    if name == "headway":
        from headway_cli.main import main as headway

        return headway
    from alembic.config import CommandLine

    return CommandLine("alembic").main


def _run(program: Callable[[list[str]], object], verb: list[str]) -> dict[str, Any]:
    path, began = list(sys.path), time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with _taken(1, out.fileno()), _taken(2, err.fileno()):
            code = _code(program, verb)
        took = time.monotonic() - began
        sys.path[:] = path
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode("utf-8", "replace"))
    return {"verb": verb, "code": code, "out": said[0], "err": said[1], "took": took}


@contextlib.contextmanager
def _taken(descriptor: int, place: int) -> Iterator[None]:
    kept = os.dup(descriptor)
    os.dup2(place, descriptor)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept, descriptor)
        os.close(kept)


def _code(program: Callable[[list[str]], object], verb: list[str]) -> int:
    try:
        code = program(list(verb))
    except SystemExit as error:
        code = error.code if error.code is not None else 0
    except BaseException:
        traceback.print_exc()
        return 1
    return code if isinstance(code, int) else 0 if code is None else 1


if __name__ == "__main__":
    main()
