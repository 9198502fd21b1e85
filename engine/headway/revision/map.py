"""RevisionMap and its nodes: the history under the names of Alembic's API, for programs that make or walk one. Pure.

The graph below is immutable; a map makes a new one when a revision is added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from headway.errors import DependencyLoopDetected, LoopDetected, RevisionError
from headway.revision import resolve as symbols
from headway.revision.edges import ILLEGAL_CHARACTERS
from headway.revision.graph import RevisionGraph
from headway.revision.history import between
from headway.revision.model import Revision, as_tuple
from headway.revision.resolve import Symbol
from headway.revision.route import downgrade_route, known


class Node:
    """One revision and its place in a history: ``alembic.script.revision.Revision``, and the base of ``Script``.

    ``down_revision`` and ``dependencies`` are an id, several, or None; ``branch_labels`` a label, several, or None.
    Raises RevisionError for an id with characters that symbols use, LoopDetected for one that follows itself.
    """

    def __init__(
        self,
        revision: str,
        down_revision: str | Iterable[str] | None,
        dependencies: str | Iterable[str] | None = None,
        branch_labels: str | Iterable[str] | None = None,
    ) -> None:
        self.verify_rev_id(revision)
        if revision in as_tuple(down_revision):
            raise LoopDetected([revision])
        if revision in as_tuple(dependencies):
            raise DependencyLoopDetected([revision])
        self._revision = Revision(
            revision, as_scalar(as_tuple(down_revision)), as_scalar(as_tuple(dependencies)), as_tuple(branch_labels)
        )
        self._graph = RevisionGraph([self._revision])
        self.revision = revision

    @classmethod
    def verify_rev_id(cls, revision: str) -> None:
        """Raises RevisionError for an id with characters that symbols use."""
        if illegal := sorted(ILLEGAL_CHARACTERS.intersection(revision)):
            raise RevisionError(f"Character(s) '{', '.join(illegal)}' not allowed in revision identifier '{revision}'")

    def __repr__(self) -> str:
        arguments = [repr(self.revision), repr(self.down_revision)]
        arguments += [f"dependencies={self.dependencies!r}"] if self.dependencies else []
        arguments += [f"branch_labels={set(self.branch_labels)!r}"] if self.branch_labels else []
        return f"Revision({', '.join(arguments)})"

    # -- as written ---------------------------------------------------------------------------------------------

    @property
    def down_revision(self) -> str | tuple[str, ...] | None:
        """The parent, or parents, as written."""
        return self._revision.down_revision

    @property
    def down_revisions(self) -> tuple[str, ...]:
        """The parents."""
        return self._revision.down_revisions

    @property
    def dependencies(self) -> str | tuple[str, ...] | None:
        """What it depends on, as written."""
        return self._revision.dependencies

    # -- place in the graph -------------------------------------------------------------------------------------

    @property
    def branch_labels(self) -> frozenset[str]:
        """The labels of the branches it belongs to."""
        return self._graph.labels_of(self.revision)

    @property
    def nextrev(self) -> frozenset[str]:
        """The revisions that follow."""
        return frozenset(self._graph.children(self.revision))

    @property
    def is_head(self) -> bool:
        """Whether nothing follows."""
        return not self._graph.children(self.revision)

    @property
    def is_base(self) -> bool:
        """Whether it has no parent."""
        return not self.down_revisions

    @property
    def is_branch_point(self) -> bool:
        """Whether several revisions follow."""
        return self._graph.is_branch_point(self.revision)

    @property
    def is_merge_point(self) -> bool:
        """Whether it joins several parents."""
        return self._revision.is_merge_point

    # -- the same with dependencies; named so by Alembic, and known to tools --------------------------------------

    @property
    def _all_nextrev(self) -> frozenset[str]:
        return frozenset(self._graph.real_children(self.revision))

    @property
    def _is_real_head(self) -> bool:
        return not self._graph.real_children(self.revision)

    @property
    def _is_real_base(self) -> bool:
        return not self.down_revisions and not self.dependencies

    @property
    def _is_real_branch_point(self) -> bool:
        return self._graph.is_real_branch_point(self.revision)

    @property
    def _all_down_revisions(self) -> tuple[str, ...]:
        return self._graph.real_parents(self.revision)

    @property
    def _normalized_down_revisions(self) -> tuple[str, ...]:
        return self._graph.normalized_parents(self.revision)

    @property
    def _versioned_down_revisions(self) -> tuple[str, ...]:
        return self.down_revisions


N = TypeVar("N", bound=Node)


class RevisionMap(Generic[N]):
    """A history as Alembic's API shows it: made from a function that returns the revisions, read when first asked.

    Every question raises GraphError (of which CycleDetected is one) for a history with faults, and RevisionError for
    a symbol that cannot be resolved.
    """

    def __init__(self, generator: Callable[[], Iterable[N]]) -> None:
        self._generator: Callable[[], Iterable[N]] | None = generator
        self._nodes: Mapping[str, N] = {}
        self._known: RevisionGraph | None = None

    @classmethod
    def over(cls, graph: RevisionGraph, nodes: Mapping[str, N]) -> RevisionMap[N]:
        """A map of nodes that already have their place in ``graph``."""
        made = cls(tuple)
        made._generator, made._nodes, made._known = None, nodes, graph
        return made

    @property
    def graph(self) -> RevisionGraph:
        """The history, sound."""
        if self._known is None:
            given = [*self._nodes.values(), *(self._generator() if self._generator else ())]
            graph = RevisionGraph(node._revision for node in given)
            graph.require_sound()
            for node in given:
                node._graph = graph
            self._nodes = {node.revision: node for node in given}
            self._known, self._generator = graph, None
        return self._known

    def add_revision(self, revision: N, _replace: bool = False) -> None:
        """Adds a revision; with ``_replace`` in place of the one that has its id.

        Raises GraphError, RevisionError when there is none to replace; the map stays as it was.
        """
        ids = self.graph.ids
        if _replace and revision.revision not in ids:
            raise RevisionError(f"revision {revision.revision} not in map")
        records = [*ids.values(), revision._revision]
        if _replace:
            records = [ids[id_] for id_ in ids if id_ != revision.revision] + [revision._revision]
        graph = RevisionGraph(records)
        graph.require_sound()
        self._nodes = {**self._nodes, revision.revision: revision}
        self._known = graph
        for node in self._nodes.values():
            node._graph = graph

    # -- the shape ----------------------------------------------------------------------------------------------

    @property
    def heads(self) -> tuple[str, ...]:
        """Revisions that no other names as its parent."""
        return self.graph.heads

    @property
    def bases(self) -> tuple[str, ...]:
        """Revisions without a parent."""
        return self.graph.bases

    @property
    def _real_heads(self) -> tuple[str, ...]:
        return self.graph.real_heads

    @property
    def _real_bases(self) -> tuple[str, ...]:
        return self.graph.real_bases

    @property
    def _revision_map(self) -> dict[Any, N | None]:
        graph = self.graph
        labelled = {label: self._nodes[id_] for label, id_ in graph.labels.items()}
        return {None: None, (): None, **self._nodes, **labelled}

    # -- questions ----------------------------------------------------------------------------------------------

    def get_current_head(self, branch_label: str | None = None) -> str | None:
        """The single head, of a branch if one is named. Raises MultipleHeads when there are several."""
        return symbols.current_head(self.graph, branch_label)

    def get_revisions(self, id_: Symbol) -> tuple[N | None, ...]:
        """The revisions a symbol, or several, stand for; those that stand for base give nothing."""
        graph = self.graph
        return tuple(self._nodes[found] for found in symbols.resolve(graph, id_))

    def get_revision(self, id_: str | None) -> N | None:
        """The one revision a symbol stands for; None for base. Raises MultipleHeads when they are several."""
        found = symbols.resolve_one(self.graph, id_)
        return None if found is None else self._nodes[found]

    def filter_for_lineage(
        self, targets: Iterable[Any], check_against: str | None, include_dependencies: bool = False
    ) -> tuple[Any, ...]:
        """Those of ``targets`` (ids or revisions) above, below or equal to what ``check_against`` names."""
        given = list(targets)
        ids = [target if isinstance(target, str) else target.revision for target in given]
        kept = set(symbols.in_branch(self.graph, ids, check_against, dependencies=include_dependencies))
        return tuple(target for target, id_ in zip(given, ids, strict=True) if id_ in kept)

    def iterate_revisions(
        self,
        upper: Symbol,
        lower: Symbol,
        implicit_base: bool = False,
        inclusive: bool = False,
        assert_relative_length: bool = True,
        select_for_downgrade: bool = False,
    ) -> Iterator[N]:
        """The revisions from ``upper`` down to ``lower``, newest first; ``inclusive`` takes ``lower`` as well.

        With ``implicit_base`` whatever is below ``upper`` and not below ``lower`` counts, not only what descends from
        ``lower``; with ``select_for_downgrade`` what a downgrade to ``lower`` would undo. Relative ends must be within
        the history unless ``assert_relative_length`` is off. Raises RangeNotAncestorError when ``lower`` is not below.
        """
        graph = self.graph
        if select_for_downgrade:
            start = known(graph, symbols.resolve(graph, upper))
            ids = [step.revision for step in downgrade_route(graph, start, lower)]
            ends = symbols.resolve(graph, lower)
            if implicit_base:  # other branches go back to their base
                rest = graph.ancestors(start, inclusive=True) - graph.ancestors(ends, inclusive=True) - set(ids)
                ids = graph.sort({*ids, *rest}, start)
            ids += ends if inclusive else ()
        else:
            ids = between(
                graph, upper, lower, inclusive=inclusive, implicit_base=implicit_base, stop=not assert_relative_length
            )
        return iter([self._nodes[id_] for id_ in ids])


def as_scalar(values: tuple[str, ...]) -> str | tuple[str, ...] | None:
    """None for no value, the value for one, else the tuple: as headers of revision files are written."""
    return (values or None) if len(values) != 1 else values[0]
