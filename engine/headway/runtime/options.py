"""How one run behaves apart from what env.py decides: the lock, the forced target, where progress is recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from headway.config.model import Config
from headway.runtime.progress import Progress

DEFAULT_LOCK_TIMEOUT = 300.0  # seconds; longer than most deploys, shorter than a job's time limit

_KEY = "headway.run"


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass
class RunOptions:
    """What a command asks of the run beyond Alembic's own arguments."""

    lock: bool = True
    """Whether upgrade, downgrade and stamp hold a lock on the database while they run."""
    lock_timeout: float = DEFAULT_LOCK_TIMEOUT
    """How many seconds to wait for that lock."""
    url: str | None = None
    """The database to run against, whatever env.py connects to; None leaves the choice to env.py."""
    log: bool = True
    """Whether the run is logged under Alembic's logger names; a rehearsal runs env.py too often for that."""
    notify: Callable[[str], None] = _to_stderr
    """Where one-line progress goes."""
    progress: Progress = field(default_factory=Progress)

    @classmethod
    def of(cls, config: Config) -> RunOptions:
        """The options attached to ``config``, or those of its command line, or the defaults."""
        attached = config.attributes.get(_KEY)
        if isinstance(attached, cls):
            return attached
        command_line: Any = config.cmd_opts
        timeout = getattr(command_line, "lock_timeout", None)
        return cls(
            lock=not getattr(command_line, "no_lock", False),
            lock_timeout=DEFAULT_LOCK_TIMEOUT if timeout is None else float(timeout),
        ).attach(config)

    def attach(self, config: Config) -> RunOptions:
        """Makes these the options of every run with ``config``."""
        config.attributes[_KEY] = self
        return self
