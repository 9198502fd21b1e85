"""What a run has done so far, for the report of a run that stops half-way. A record, no decisions."""

from __future__ import annotations

from headway.runtime.statements import StatementLog


class Progress:  # not a dataclass: making one takes a millisecond of every run
    """Filled in by the migration context while it runs; read by whoever reports a failure."""

    def __init__(self) -> None:
        self.planned: list[str] = []
        """Revision ids of this run, in order."""
        self.applied: list[str] = []
        """Revision ids whose effect is committed."""
        self.uncommitted: list[str] = []
        """Revision ids that ran inside a transaction that is still open."""
        self.running: str | None = None
        """The revision id whose script is running."""
        self.running_path: str | None = None
        """The file of the running revision."""
        self.statements = StatementLog()
        """What the running revision has executed."""
        self.started = False
        """Whether the environment got as far as running migrations."""
        self.database: str | None = None
        """The database, without its password."""

    def start(self, revision: str, path: str | None) -> None:
        """A revision starts."""
        self.running, self.running_path = revision, path
        self.statements.clear()

    def finish(self) -> None:
        """The running revision is through; its effect waits for the commit."""
        if self.running is not None:
            self.uncommitted.append(self.running)
        self.running, self.running_path = None, None

    def committed(self) -> None:
        """A transaction was committed: what ran in it is now in the database."""
        self.applied += self.uncommitted
        self.uncommitted.clear()

    def rolled_back(self) -> None:
        """A transaction was rolled back: what ran in it is gone."""
        self.uncommitted.clear()

    @property
    def partly_in_effect(self) -> bool:
        """Whether something of the running revision has taken effect for good."""
        return self.running is not None and bool(self.statements.in_effect)

    @property
    def remaining(self) -> list[str]:
        """Planned revisions that did not run, without the one that failed."""
        done = {*self.applied, self.running}
        return [revision for revision in self.planned if revision not in done]
