"""Runs the program in forks of a process that has imported it: hundreds of runs, each in a process of its own.

A line of JSON on standard input starts one; a line with its pid, then one with its status, come back.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:

    import headway_cli.alembic_verbs
    import headway_cli.main  # noqa: F401  # these are what a run would import

    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(asked)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(asked: dict[str, object]) -> None:
    """The child: what a shell would have started."""
    import headway_cli.main as program

    os.chdir(str(asked["cwd"]))
    null = os.open(os.devnull, os.O_RDONLY)
    out = os.open(str(asked["out"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    err = os.open(str(asked["err"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for source, target in ((null, 0), (out, 1), (err, 2)):
        os.dup2(source, target)
    os.environ.update(asked["env"])  # type: ignore[call-overload]
    code = 70
    try:
        sys.argv = ["headway", *asked["arguments"]]  # type: ignore[misc]
        code = program.main(asked["arguments"])  # type: ignore[arg-type]
    except BaseException as error:
        print(f"escaped: {error!r}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
