"""``python -m headway.compat -m MODULE …``: runs any Python program with ``import alembic`` served by headway."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from headway.compat.hook import serving_alembic
from headway.runtime import runner

USAGE = """usage: python -m headway.compat -m MODULE [ARGUMENTS]

Runs a Python module as 'python -m MODULE' does, with 'import alembic' served by headway in the whole process:

  python -m headway.compat -m pytest tests
  python -m headway.compat -m flask db upgrade
"""


def main(arguments: Sequence[str]) -> int:
    """Runs the module that ``arguments`` name, and returns 2 when they name none; the module ends the program itself."""
    if len(arguments) < 2 or arguments[0] != "-m":
        print(USAGE, end="", file=sys.stdout if arguments in (["-h"], ["--help"]) else sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    with serving_alembic():
        runner.run_program(arguments[1], arguments[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
