"""Which revision files a branch adds and changes against its base, by the trees that git keeps. Changes no file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from types import MappingProxyType

from headway.errors import ConfigError, UsageError
from headway.repository.event import against
from headway.repository.fetch import fetch_branch, fetch_commit, is_shallow
from headway.repository.locate import Repository, find_repository
from headway.repository.program import ask, ask_bytes
from headway.repository.work_tree import LINK, MODULE, State, Tree, WorkTree, steps
from headway.valueclass import valueclass

CHECKOUT_HINT = "In a workflow use actions/checkout with 'fetch-depth: 0'."


@valueclass(frozen=True, slots=True)
class Changes:
    """The files, of those that were asked about, that differ from the merge base with ``base``."""

    base: str
    added: frozenset[str]
    modified: frozenset[str]
    outside: frozenset[str]
    """Those that do not lie in the work tree, so that git cannot tell."""
    gone: Mapping[str, bytes] = field(default_factory=dict)
    """Python files that the base has and the work tree has no longer, or only by a link: by path, with what is in them.

    Looked for only when something was added, which may be one of them under another name.
    """


def find_root(directory: str) -> str | None:
    """The top of the work tree that holds ``directory``, or None outside of one. Raises ConfigError."""
    repository = find_repository(directory)
    return repository.root if repository is not None else None


def commit_of(directory: str, ref: str = "HEAD") -> str | None:
    """The commit that ``ref`` names in the repository around ``directory``, or None. Raises ConfigError, UsageError."""
    repository = find_repository(directory)
    return None if repository is None else _commit(repository, ref)


def is_committed(path: str) -> bool:
    """Whether the commit that is checked out has anything at ``path``, or below it. Raises ConfigError."""
    repository = find_repository(os.path.dirname(path))
    if repository is None or _commit(repository, "HEAD") is None:
        return False
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(repository.root))
    if inside.startswith(os.pardir):
        return False
    return bool(
        ask(repository, "ls-tree", "-r", "--name-only", "--full-tree", "HEAD", "--", inside.replace(os.sep, "/"))
    )


def default_base(directory: str, policy_base: str | None) -> str | None:
    """What this change is measured against: what the CI's event names, the policy's branch, or the default branch.

    A push is measured against what the branch was on before it. What a CI's clone lacks is fetched where that can be.
    None when nothing tells. Raises ConfigError for a named base that the clone lacks, and for what git refuses.
    """
    repository = find_repository(directory)
    if repository is None:
        return None
    event = against(os.environ)
    if event.commit is not None:
        why = None
        if _commit(repository, event.commit) is None or is_shallow(repository):
            why = fetch_commit(repository, event.commit)
        if _commit(repository, event.commit) is None:
            raise _lacking(
                f"the commit {event.commit[:12]}, which this {event.event} is measured against,", event.commit, why
            )
        return event.commit
    why = fetch_branch(repository, event.branch) if event.branch else None
    named = event.branch or policy_base
    candidates = [named] if named else [_remote_head(repository), "main", "master"]
    found = _first(repository, candidates)
    if (found is None or is_shallow(repository)) and not event.branch:
        for name in filter(None, candidates):
            why = fetch_branch(repository, name)
            if why is None:
                break
        found = _first(repository, candidates)
    if found is None and named:
        raise _lacking(f"the base branch '{named}'", named, why)
    return found


def not_fetched(directory: str) -> str | None:
    """Why the branch that the event names is judged as the clone has it, and not as it is now; None where it is fresh,
    and where no CI names one."""
    repository = find_repository(directory)
    branch = against(os.environ).branch
    return fetch_branch(repository, branch) if repository is not None and branch is not None else None


def _first(repository: Repository, names: Iterable[str | None]) -> str | None:
    refs = (ref for name in names if name for ref in (f"origin/{name}", name))
    return next((ref for ref in refs if _commit(repository, ref) is not None), None)


def _lacking(what: str, ref: str, why: str | None) -> ConfigError:
    reason = f", and was not fetched: {why}" if why else ""
    return ConfigError(
        f"{what} is not in this clone{reason}", hint=f"Fetch it: git fetch origin {ref}. {CHECKOUT_HINT}"
    )


def shown(base: str) -> str:
    """A base as reports name it: a commit by its first characters."""
    return base[:12] if len(base) in (40, 64) and set(base) <= set("0123456789abcdef") else base


@valueclass(frozen=True, slots=True)
class Released:
    """Python files of a base, by their path from the repository's top, where it and the work tree differ."""

    base: str
    left: Mapping[str, bytes]
    """As they were where the work tree left the base: those that the work tree has changed or has no longer."""
    tip: Mapping[str, bytes]
    """As the base has them now: those that it has added or changed since."""
    tip_gone: frozenset[str]
    """Those that the base has no longer."""
    elsewhere: frozenset[str] = frozenset()
    """Folders that the base has revisions in, where it has none in the folders that were asked about: the history lies
    somewhere else now, or is another one."""


class Comparison:
    """The work tree of a repository beside a base: where it left that, and where that is now."""

    def __init__(self, repository: Repository, base: str, left_at: str, tip: str, sources: Mapping[str, bytes]) -> None:
        self._repository = repository
        self._base = base
        self._left = _tree(repository, left_at)
        self._tip = _tree(repository, tip)
        self._work_tree = WorkTree(repository.root, self._left, sources)

    def changes(self, paths: Iterable[str]) -> Changes:
        """Which of the files ``paths`` the work tree adds and changes since it left the base, whatever git tracks of them.

        A link counts as a part of the file that it leads to.
        """
        by_state: dict[State, set[str]] = {state: set() for state in State}
        for path in paths:
            by_state[self._work_tree.state(path)].add(path)
        added, modified, outside = (frozenset(by_state[one]) for one in (State.ADDED, State.MODIFIED, State.OUTSIDE))
        return Changes(self._base, added, modified, outside, self._gone() if added else {})

    def released(self, folders: Iterable[str]) -> Released:
        """What the base has in ``folders``, and the files that are gone from anywhere, which may have been moved."""
        inside = _below(self._repository, folders)
        left, tip = self._left, self._tip
        top = os.path.join(self._repository.root, "")
        changed = [
            path
            for path in _python(left)
            if not self._work_tree.has(top + path)
            or (path.startswith(inside) and self._work_tree.state(top + path) is not State.SAME)
        ]
        elsewhere = frozenset() if any(path.startswith(inside) for path in left) else _version_folders(left)
        known = set(changed)
        changed += [path for path in _python(left) if os.path.dirname(path) in elsewhere and path not in known]
        moved_on = [path for path in _python(tip) if path.startswith(inside) and tip[path] != left.get(path)]
        return Released(
            self._base,
            _contents(self._repository, left, changed),
            _contents(self._repository, tip, moved_on),
            frozenset(path for path in left if path.startswith(inside) and path not in tip),
            elsewhere,
        )

    def before(self, path: str) -> bytes | None:
        """What was in a file of the work tree where that left the base; None where it was not there, or cannot be told."""
        mode, id_ = self._left.get("/".join(steps(self._repository.root, path)), ("", ""))
        return None if mode in ("", LINK, MODULE) else ask_bytes(self._repository, "cat-file", "blob", id_)

    def is_changed(self, path: str) -> bool:
        """Whether the work tree has another content in a file than where it left the base."""
        return self._work_tree.state(path) is not State.SAME

    def _gone(self) -> dict[str, bytes]:
        paths = _python(self._left)
        root = self._repository.root
        moved = {folder for folder in set(map(os.path.dirname, paths)) if not _is_real_folder(root, folder)}
        top = os.path.join(root, "")
        gone = [p for p in paths if os.path.dirname(p) in moved or not self._work_tree.has(top + p)]
        return _contents(self._repository, self._left, gone)


def compare(directory: str, base: str, sources: Mapping[str, bytes] = MappingProxyType({})) -> Comparison:
    """The work tree around ``directory`` beside ``base``; ``sources`` has files that have just been read, by their path.

    Raises UsageError when ``base`` is not known, ConfigError when the clone is too shallow to tell and for what git
    refuses.
    """
    repository = _repository(directory, base)
    tip = _known(repository, base)
    return Comparison(repository, base, _merge_base(repository, base, tip), tip, sources)


def _version_folders(tree: Tree) -> frozenset[str]:
    """The folders below that of an env.py."""
    scripts = {os.path.dirname(path) for path in tree if os.path.basename(path) == "env.py"}
    return frozenset(folder for folder in map(os.path.dirname, tree) if os.path.dirname(folder) in scripts and folder)


@valueclass(frozen=True, slots=True)
class BranchFiles:
    """The Python files of some folders on a base and on branches, by their path from the repository's top."""

    base: Mapping[str, bytes]
    """What the base has now."""
    added: Mapping[str, Mapping[str, bytes]]
    """By branch, what it has added since it left the base."""
    since: Mapping[str, frozenset[str]]
    """By branch, the paths that the base has got since the branch left it."""


def files_of_branches(directory: str, base: str, branches: Iterable[str], folders: Iterable[str]) -> BranchFiles:
    """What ``base`` has in ``folders``, and what each of ``branches`` adds. Raises as :func:`compare` does."""
    repository = _repository(directory, base)
    inside = _below(repository, folders)

    def tree_of(ref: str) -> tuple[str, Tree]:
        commit = _known(repository, ref)
        return commit, _tree(repository, commit)

    base_commit, base_tree = tree_of(base)
    there = [path for path in _python(base_tree) if path.startswith(inside)]
    added, since = {}, {}
    for branch in branches:
        commit, tree = tree_of(branch)
        left = ask(repository, "merge-base", base_commit, commit)
        if left is None:
            raise ConfigError(f"'{branch}' and '{base}' have no common commit in this clone", hint=CHECKOUT_HINT)
        before = _tree(repository, left.strip())
        own = [path for path in _python(tree) if path.startswith(inside) and path not in before]
        added[branch] = _contents(repository, tree, own)
        since[branch] = frozenset(path for path in there if path not in before)
    return BranchFiles(_contents(repository, base_tree, there), added, since)


def _below(repository: Repository, folders: Iterable[str]) -> tuple[str, ...]:
    """What the paths of files in ``folders`` begin with, as trees have them."""
    return tuple("/".join(way) + "/" for folder in folders if (way := steps(repository.root, folder)))


def _python(tree: Tree) -> list[str]:
    return [path for path, (mode, _) in tree.items() if path.endswith(".py") and mode not in (LINK, MODULE)]


def _contents(repository: Repository, tree: Tree, paths: list[str]) -> dict[str, bytes]:
    told = "".join(f"{tree[path][1]}\n" for path in paths)
    answer = ask_bytes(repository, "cat-file", "--batch", told=told.encode()) if paths else b""
    return dict(zip(paths, _objects(answer or b""), strict=False))


def files_beside(directory: str, base: str, folders: Iterable[str]) -> dict[str, bytes]:
    """What was in ``folders`` and is no Python where the work tree left ``base``, by its path from the repository's top:
    a revision may read it. Raises as :func:`compare` does."""
    repository = _repository(directory, base)
    tree = _tree_at(repository, base)
    inside = _below(repository, folders)
    kept = [
        path
        for path, (mode, _) in tree.items()
        if path.startswith(inside) and mode not in (LINK, MODULE) and not path.endswith((".py", ".pyc"))
    ]
    return _contents(repository, tree, kept)


def reader_at_base(directory: str, base: str) -> Callable[[str], bytes | None]:
    """What reads a file as it was where the work tree left ``base``: by its path, None when it was not there.

    Raises as :func:`compare` does.
    """
    repository = _repository(directory, base)
    tree = _tree_at(repository, base)

    def read(path: str) -> bytes | None:
        mode, id_ = tree.get("/".join(steps(repository.root, path)), ("", ""))
        return None if mode in ("", LINK, MODULE) else ask_bytes(repository, "cat-file", "blob", id_)

    return read


# -- what git knows ---------------------------------------------------------------------------------------------


def _repository(directory: str, base: str) -> Repository:
    repository = find_repository(directory)
    if repository is None:
        hint = "Run it in a clone, or leave --base out and give --all."
        raise UsageError(f"--base {base} needs a git work tree", path=directory, hint=hint)
    return repository


def _tree_at(repository: Repository, base: str) -> Tree:
    """The tree of the commit where the work tree left ``base``."""
    return _tree(repository, _merge_base(repository, base, _known(repository, base)))


def _known(repository: Repository, ref: str) -> str:
    """The commit that ``ref`` names. Raises UsageError when there is none."""
    commit = _commit(repository, ref)
    if commit is None:
        raise UsageError(f"git does not know '{ref}'", hint=f"Fetch it first. {CHECKOUT_HINT}")
    return commit


def _commit(repository: Repository, ref: str) -> str | None:
    """The commit that ``ref`` names, or None when there is none."""
    if ref.startswith("-"):
        raise UsageError(f"'{ref}' is no name of a branch or commit", hint="No such name begins with a dash.")
    answer = ask(repository, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    return answer.strip() if answer else None


def _remote_head(repository: Repository) -> str | None:
    answer = ask(repository, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    return answer.strip().removeprefix("origin/") if answer else None


def _merge_base(repository: Repository, base: str, commit: str) -> str:
    head = _commit(repository, "HEAD")
    if head is None:
        hint = "Commit first, or give --all."
        said = f"cannot tell what is new since '{base}': nothing is committed"
        raise ConfigError(said, path=repository.root, hint=hint)
    answer = ask(repository, "merge-base", commit, head)
    if answer is None:
        why = "this clone is shallow" if is_shallow(repository) else "the two have no common commit"
        raise ConfigError(f"cannot tell what is new since '{base}': {why}", hint=CHECKOUT_HINT)
    return answer.strip()


@lru_cache(maxsize=4)
def _tree(repository: Repository, commit: str) -> Tree:
    """What a commit has, which never changes."""
    listed = ask(repository, "ls-tree", "-r", "-z", "--full-tree", commit) or ""
    entries = (line.partition("\t") for line in listed.split("\0") if line)
    return {path: (about.split(" ")[0], about.split(" ")[2]) for about, _, path in entries}


def _is_real_folder(root: str, folder: str) -> bool:
    place = os.path.join(root, folder) if folder else root
    return os.path.realpath(place) == place and os.path.isdir(place)


def _objects(answer: bytes) -> Iterator[bytes]:
    """The objects in what ``git cat-file --batch`` prints: a line with id, kind and size before each."""
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        head = answer[at:end].split(b" ")
        size = int(head[2]) if len(head) == 3 else 0
        yield answer[end + 1 : end + 1 + size]
        at = end + 1 + (size + 1 if len(head) == 3 else 0)
