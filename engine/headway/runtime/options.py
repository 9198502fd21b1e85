"""How one run behaves apart from what env.py decides: the lock, the forced target, who listens."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from headway.config.model import Config

if TYPE_CHECKING:  # who only asks for a default runs nothing
    from headway.runtime.account import Account
    from headway.runtime.listener import RunListener

DEFAULT_LOCK_TIMEOUT = 300.0  # seconds; longer than most deploys, shorter than a job's time limit

_KEY = "headway.run"


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class RunOptions:  # not a dataclass: making one takes a millisecond of every run
    """What a command asks of the run beyond Alembic's own arguments.

    ``lock`` says whether upgrade, downgrade and stamp hold a lock on the database while they run, ``lock_timeout`` how
    many seconds they wait for it. ``url`` is the database to run against, whatever env.py connects to; None leaves the
    choice to env.py. ``accepts`` tells whether a connection of env.py's leads there; None compares the URLs. ``log``
    says whether the run is logged under Alembic's logger names: a rehearsal runs env.py too often for that. One-line
    progress goes to ``notify``; ``listeners`` are told what the run does, and ``witness`` sees what it sends.
    ``scratch`` says that what the run changes is thrown away: nobody needs an account of it.
    ``may_rebuild`` says whether an INVALID index of that name, left by a concurrent build that was cut off, may be
    dropped and built again.
    """

    def __init__(
        self,
        lock: bool = True,
        lock_timeout: float = DEFAULT_LOCK_TIMEOUT,
        url: str | None = None,
        log: bool = True,
        notify: Callable[[str], None] = _to_stderr,
        listeners: Sequence[RunListener] = (),
        accepts: Callable[[Any], bool] | None = None,
        may_rebuild: Callable[[str], bool] = lambda index: True,
        scratch: bool = False,
    ) -> None:
        from headway.runtime.witness import Witness

        self.lock = lock
        self.lock_timeout = lock_timeout
        self.url = url
        self.accepts = accepts
        self.log = log
        self.notify = notify
        self.listeners = list(listeners)
        self.may_rebuild = may_rebuild
        self.scratch = scratch
        self.again: str | None = None
        """What to do next when a signal has ended the run half-way, where that is not the same command again."""
        self.witness = Witness()

    @property
    def account(self) -> Account:
        """What the run has done."""
        return self.witness.account

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
