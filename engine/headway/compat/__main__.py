"""``python -m headway.compat …``: runs any Python program with ``import alembic`` served by headway."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from headway.compat.hook import serving_alembic
from headway.runtime import runner

USAGE = """usage: python -m headway.compat -m MODULE [ARGUMENTS]
       python -m headway.compat FILE [ARGUMENTS]
       python -m headway.compat -c CODE [ARGUMENTS]

Runs a Python program as 'python' itself does, with 'import alembic' served by headway in the whole process:

  python -m headway.compat -m pytest tests
  python -m headway.compat manage.py migrate
  python -m headway.compat -c 'import alembic.command; ...'
"""

_WAYS: dict[str, Callable[[str, Sequence[str]], None]] = {"-m": runner.run_program, "-c": runner.run_code}


def main(arguments: Sequence[str]) -> int:
    """Runs the program that ``arguments`` name, and returns 2 when they name none; the program ends the process itself."""
    first, *rest = arguments or [""]
    run = _WAYS.get(first)
    if run is None and first and not first.startswith("-"):
        run, rest = runner.run_file, [first, *rest]
    if run is None or not rest:
        asked = [*arguments] in (["-h"], ["--help"])
        print(USAGE, end="", file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    with serving_alembic():
        run(rest[0], rest[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
