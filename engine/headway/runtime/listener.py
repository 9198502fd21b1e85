"""RunListener: what others are told of a run while it goes on."""

from __future__ import annotations

from collections.abc import Sequence

from headway.revision.route import Step


class RunListener:
    """Is told what a run does; the methods do nothing, for whoever cares to override. Each may raise, and the run ends."""

    def planned(self, steps: Sequence[Step]) -> None:
        """The steps are known, and every module of theirs has been loaded; nothing has run."""

    def before_step(self) -> None:
        """A step is about to begin."""

    def revision_started(self, step: Step, path: str | None) -> None:
        """The revision's function is about to be called; ``path`` is its file, None for a stamp."""

    def raised(self, step: Step, error: Exception) -> bool:
        """The function has raised; whether the run goes on as if it had returned."""
        return False

    def revision_finished(self, step: Step) -> None:
        """The function has returned and the version row is written; its commit may come later."""

    def before_commit(self) -> None:
        """The connection that migrates is about to commit."""
