"""What a run has done so far, for the report of a run that stops half-way. A record, no decisions."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Progress:
    """Filled in by the migration context while it runs; read by whoever reports a failure."""

    planned: list[str] = field(default_factory=list)
    """Revision ids of this run, in order."""
    applied: list[str] = field(default_factory=list)
    """Revision ids whose effect is committed."""
    uncommitted: list[str] = field(default_factory=list)
    """Revision ids that ran inside a transaction that is still open."""
    running: str | None = None
    """The revision id whose script is running."""
    running_path: str | None = None
    """The file of the running revision."""
    partly_durable: bool = False
    """Whether statements of the running revision can have taken effect for good."""
    started: bool = False
    """Whether the environment got as far as running migrations."""
    database: str | None = None
    """The database, without its password."""

    def start(self, revision: str, path: str | None, *, durable: bool) -> None:
        """A revision starts; ``durable`` says that its statements take effect one by one."""
        self.running, self.running_path, self.partly_durable = revision, path, durable

    def finish(self) -> None:
        """The running revision is through; its effect waits for the commit."""
        if self.running is not None:
            self.uncommitted.append(self.running)
        self.running, self.running_path, self.partly_durable = None, None, False

    def committed(self) -> None:
        """A transaction was committed: what ran in it is now in the database."""
        self.applied += self.uncommitted
        self.uncommitted.clear()
        # A commit in the middle of a revision (autocommit_block) makes its first half permanent.
        self.partly_durable = self.partly_durable or self.running is not None

    def rolled_back(self) -> None:
        """A transaction was rolled back: what ran in it is gone."""
        self.uncommitted.clear()

    @property
    def remaining(self) -> list[str]:
        """Planned revisions that did not run, without the one that failed."""
        done = {*self.applied, self.running}
        return [revision for revision in self.planned if revision not in done]
