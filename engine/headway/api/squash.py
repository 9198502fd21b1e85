"""Squash: writes one revision that replaces a range of them, when scratch databases have proved that it does the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from headway.api.ci import scratch_kinds
from headway.api.lint import LintOptions, choose_scope
from headway.api.project import Project, refuse_untrusted
from headway.api.squash_body import KEEP, compact_body
from headway.api.squash_proof import Proof, Ways, prove
from headway.api.stages import Announce
from headway.config.databases import databases_of
from headway.errors import SquashDiffers, UsageError
from headway.reading.migration import read_migration
from headway.redact import redact
from headway.repository import git
from headway.revision.stretch import Stretch, stretch
from headway.script.concatenated import Member, concatenated
from headway.script.directory import RevisionDirectory
from headway.script.exchange import exchange, remove_folders, text_of, write_text
from headway.script.repoint import depending_on, repointed
from headway.script.revision_text import RevisionBody, RevisionHeader, revision_text
from headway.script.writer import check_id, file_path, rev_id
from headway.valueclass import valueclass

NOT_FOR_ALEMBIC = (
    "Alembic does not know 'replaces': on a database that stands at one of the replaced revisions it ends with "
    '"Can\'t locate revision"'
)


@valueclass(frozen=True, slots=True)
class Wanted:
    """What a command line asks for."""

    start: str | None
    """The first revision of the range; None begins at base."""
    end: str
    headway_only: bool = False
    """Whether no database of the project is migrated by Alembic."""
    keep_operations: bool = False
    message: str | None = None
    revision: str | None = None
    """The id of the squash; None makes one."""
    base: str | None = None
    scratch: tuple[str, ...] = ()
    """The kinds of scratch databases; without any, those of the policy, or what the settings suggest."""


@valueclass(frozen=True, slots=True)
class Squashed:
    """What was done."""

    revision: str
    file: str
    """As it is shown."""
    replaced: tuple[str, ...]
    """The revisions whose files are gone."""
    followers: tuple[str, ...]
    """Those that follow or need the squash now."""
    proved_on: tuple[str, ...]
    """The kinds of scratch databases."""
    notes: tuple[str, ...]
    """What was not compared, and why."""


def wanted_range(text: str) -> tuple[str | None, str]:
    """The ends of ``FROM..TO``; ``base..TO`` and ``..TO`` have no beginning. Raises UsageError for anything else."""
    start, dots, end = text.partition("..")
    if not dots or not end or end.startswith("."):
        raise UsageError(f"'{text}' is no range", hint="Write FROM..TO, both of them replaced, or base..TO.")
    return (None if start in ("", "base") else start), end


def squash(project: Project, wanted: Wanted, announce: Announce) -> Squashed:
    """Replaces the range: writes the new file, deletes the old ones, lets what follows name the new one.

    All of it or nothing. Raises UsageError where the range cannot be squashed, SquashDiffers where the new file does not
    do what the old ones do, other HeadwayErrors where the old ones fail.
    """
    refuse_untrusted("squash", project.untrusted)
    if not wanted.headway_only:
        raise UsageError(NOT_FOR_ALEMBIC, hint="Give --headway-only where no database is migrated by Alembic any more.")
    part = stretch(project.scripts.history, wanted.start, wanted.end)
    _check_files(project, part, wanted.base)
    id_ = wanted.revision or rev_id()
    check_id(id_)
    if id_ in {*project.scripts.history.ids, *project.scripts.history.squash_of}:
        raise UsageError(f"revision id {id_} is already taken", hint="Choose another.")
    message = wanted.message or f"squash of {part.first} to {part.last}"
    header = RevisionHeader(message, id_, part.parents, needs=part.needs, irreversible=_irreversible(project, part))
    kinds = scratch_kinds(project, wanted.scratch)
    body = _kept(project, part) if wanted.keep_operations else _compact(project, part, wanted, kinds, announce)
    path = file_path(project.directory, id_, message, _path(project, part.last))
    followers = _followers(project, part, id_)
    # For the proof it stands beside what it replaces, as a branch of its own.
    text = revision_text(header, body, project.shown(path))
    proofs = _proved(project, part, path, text, id_, wanted, kinds, announce)
    if not all(proof.has_way_back for proof in proofs):
        header = replace(header, irreversible=f"{part.first} to {part.last} had no way back that can be gone")
    final = replace(header, replaces=part.replaces, labels=part.labels)
    changes = {path: revision_text(final, body, project.shown(path)), **followers}
    notes = tuple(dict.fromkeys(note for proof in proofs for note in proof.notes))
    exchange(
        changes,
        [_path(project, member) for member in part.members],
        lambda: RevisionDirectory.from_config(project.config).history.require_sound(),
    )
    return Squashed(id_, project.shown(path), part.members, part.followers, tuple(map(redact, kinds)), notes)


# -- before anything is done ------------------------------------------------------------------------------------


def _check_files(project: Project, part: Stretch, base: str | None) -> None:
    """Raises UsageError unless git has every file that will change, and the replaced revisions are released."""
    paths = [_path(project, id_) for id_ in (*part.members, *part.followers)]
    if git.find_root(project.home) is None:
        raise UsageError(
            "this project is in no git repository, and the replaced files would be lost",
            hint="Databases in the middle of the range need them once more: commit them first.",
        )
    state = git.compare(project.home, "HEAD").changes(paths)
    for path in paths:
        if not path.endswith(".py"):
            hint = "One revision is written from the sources of those that it replaces: bring its .py file back first."
            raise UsageError("this revision has no source", path=project.shown(path), hint=hint)
        if path in state.added | state.modified | state.outside:
            raise UsageError(
                "this file is not in git as it is here",
                path=project.shown(path),
                hint="Commit it first: databases in the middle of the range need it once more.",
            )
    scope = choose_scope(project, LintOptions(base=base))
    if scope.released_known and (own := sorted(scope.new.intersection(part.members))):
        raise UsageError(
            f"{', '.join(own)}: new on this branch, so that nothing could be replaced on a database",
            hint="Merge it first, and squash what is released; what is not released yet can simply be rewritten.",
        )


def _irreversible(project: Project, part: Stretch) -> str | None:
    """Why there is no way back, where one of the replaced revisions says so."""
    for id_ in part.members:
        said = read_migration(project.shown(_path(project, id_)), _source(project, id_)).constants.get("irreversible")
        if isinstance(said, str):
            return f"{id_}: {said}"
    return None


# -- what it does -----------------------------------------------------------------------------------------------


def _kept(project: Project, part: Stretch) -> RevisionBody:
    members = [Member(id_, project.shown(_path(project, id_)), _source(project, id_)) for id_ in part.members]
    all_ = concatenated(members)
    return RevisionBody(
        upgrade=all_.upgrade,
        downgrade=all_.downgrade,
        imports=(),
        futures=all_.futures,
        takes_arguments=all_.takes_arguments,
        below=all_.functions,
    )


def _compact(project: Project, part: Stretch, wanted: Wanted, kinds: Sequence[str], announce: Announce) -> RevisionBody:
    if part.parents or part.needs or project.policy.start is not None:
        raise UsageError(
            f"{part.first} finds tables that are there already, and an empty scratch database does not tell what the "
            "range does to the rows in them",
            hint=KEEP,
        )
    # A revision may do more on another database, and what is written from one of them would have lost it.
    used = databases_of(project.config, project.policy).names
    if not used and not wanted.scratch and not project.policy.scratch:
        raise UsageError(
            "nothing tells which databases this history runs on",
            hint="Name a scratch database of that kind: --scratch postgresql.",
        )
    if missing := sorted(used - {_database(project.resolve_url(kind)) for kind in kinds}):
        raise UsageError(
            f"this history runs on {', '.join(missing)}, and nothing here shows what it does there",
            hint=f"Give --scratch a database of that kind. {KEEP}",
        )
    announce(f"headway: reading what {part.first} to {part.last} lead to")
    return compact_body(project, kinds[0], part.last)


def _database(kind: str) -> str:
    name = kind.partition("://")[0].partition("+")[0]
    return {"postgres": "postgresql"}.get(name, name)


def _followers(project: Project, part: Stretch, squash: str) -> dict[str, str]:
    """What the revisions outside say once they name the squash."""
    written: dict[str, str] = {}
    for id_ in part.followers:
        revision, path = project.scripts.history.ids[id_], _path(project, id_)
        text, shown = text_of(path), project.shown(path)
        if part.last in revision.down_revisions:
            text = repointed(text, shown, [squash if p == part.last else p for p in revision.down_revisions])
        if part.last in revision.depends_on:
            text = depending_on(text, shown, [squash if n == part.last else n for n in revision.depends_on])
        written[path] = text
    return written


# -- the proof --------------------------------------------------------------------------------------------------


def _proved(
    project: Project,
    part: Stretch,
    path: str,
    text: str,
    squash: str,
    wanted: Wanted,
    kinds: Sequence[str],
    announce: Announce,
) -> list[Proof]:
    """One for each kind. Raises SquashDiffers; the file is gone again in any case."""
    proofs: list[Proof] = []
    with _beside(path, text):
        both = replace(project, directory=RevisionDirectory.from_config(project.config))
        for kind in kinds:
            announce(f"headway: proving it on {redact(kind)}")
            proof = prove(Ways(both, part.last, squash, exact=not wanted.keep_operations), kind)
            if proof.differences:
                raise SquashDiffers(
                    f"the squash is not the same as {part.first} to {part.last} on {redact(kind)}: nothing was changed",
                    differences=proof.differences,
                    hint=None if wanted.keep_operations else KEEP,
                )
            proofs.append(proof)
    return proofs


@contextmanager
def _beside(path: str, text: str) -> Iterator[None]:
    """The file is there while the block runs: in its own place, because what it reads may lie beside it."""
    made = write_text(path, text)
    try:
        yield
    finally:
        os.remove(path)
        remove_folders(made)


# -- the files --------------------------------------------------------------------------------------------------


def _path(project: Project, id_: str) -> str:
    return project.scripts.history.ids[id_].path or ""


def _source(project: Project, id_: str) -> str:
    """A revision as Python reads it."""
    return text_of(_path(project, id_)).replace("\r\n", "\n").replace("\r", "\n")
