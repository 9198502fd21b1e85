"""The edges of a history as plain dictionaries: parents, dependencies and the way back. Tolerates what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from headway.revision.model import Revision

ILLEGAL_CHARACTERS = frozenset("@-+:")


class Edges:
    """Who follows and who needs whom, by id. An id that nothing leads to or from is in no dictionary."""

    def __init__(self, given: Iterable[Revision]) -> None:
        self.ids: dict[str, Revision] = {}
        """Each id with its revision, in the order they were given; of several with one id the first counts."""
        for revision in given:
            self.ids.setdefault(revision.revision, revision)
        self.labels: dict[str, str] = {}
        for id_, revision in self.ids.items():
            for label in revision.branch_labels:
                self.labels.setdefault(label, id_)
        self.squash_of: dict[str, str] = {}
        """Each replaced id with the squash that replaces it; of several the first counts."""
        self.end_of: dict[str, str] = {}
        """The last id of each replaced range with the squash: a database there has done all that the squash does."""
        for id_, revision in self.ids.items():
            for name in revision.replaces:
                self.squash_of.setdefault(name, id_)
            if revision.replaces:
                self.end_of.setdefault(revision.replaces[-1], id_)
        self.parents = {id_: revision.down_revisions for id_, revision in self.ids.items()}
        self.needs = {
            id_: tuple(found for name in revision.depends_on if (found := self.named(name)) is not None)
            for id_, revision in self.ids.items()
            if revision.dependencies
        }
        self.children = self._reversed(self.parents)
        self.dependents = self._reversed(self.needs)

    def named(self, name: str) -> str | None:
        """The id behind an id or a label."""
        return name if name in self.ids else self.labels.get(name)

    def real_parents(self, id_: str) -> tuple[str, ...]:
        """Parents and dependencies."""
        needs = self.needs.get(id_)
        return tuple(dict.fromkeys(self.parents[id_] + needs)) if needs else self.parents[id_]

    def real_children(self, id_: str) -> tuple[str, ...]:
        """What follows and what depends on it."""
        dependents = self.dependents.get(id_)
        children = self.children.get(id_, ())
        return tuple(dict.fromkeys(children + dependents)) if dependents else children

    def _reversed(self, edges: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        backwards: dict[str, tuple[str, ...]] = {}
        for id_, targets in edges.items():
            for target in targets:
                if target in self.ids:
                    backwards[target] = (*backwards.get(target, ()), id_)
        return backwards
