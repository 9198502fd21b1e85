"""RevisionDirectory: the revision files of a project as one history. Finds, reads and orders them; executes none."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from types import MappingProxyType, ModuleType
from typing import Any

from headway.config.model import Config
from headway.errors import ComputedHeader, ConfigError, ScriptError
from headway.reading.header import Dynamic, Header
from headway.reading.header_reader import read_header
from headway.reading.modules import ProjectModules, modules_of
from headway.revision import resolve as symbols
from headway.revision.graph import RevisionGraph
from headway.revision.map import RevisionMap
from headway.revision.model import Revision, as_tuple
from headway.revision.resolve import Symbol
from headway.revision.route import Step, downgrade_route, present, stamp_route, upgrade_route
from headway.script.rephrase import rephrased
from headway.script.resource import resource_path
from headway.script.script_file import ScriptFile, first_paragraph
from headway.script.version_files import VersionFile, version_files

DEFAULT_FILE_TEMPLATE = "%(rev)s_%(slug)s"
_LEGACY_NAME = r"([a-f0-9]+)\.py$"


class RevisionDirectory:
    """The scripts below ``dir``; the files are read when the history is first asked for."""

    script_class: type[ScriptFile] = ScriptFile
    """What the scripts are made as."""
    _config: Config | None = None

    def __init__(
        self,
        dir: str | os.PathLike[str],
        file_template: str = DEFAULT_FILE_TEMPLATE,
        truncate_slug_length: int | None = 40,
        version_locations: Sequence[str | os.PathLike[str]] | None = None,
        sourceless: bool = False,
        output_encoding: str = "utf-8",
        timezone: str | None = None,
        hooks: Sequence[dict[str, Any]] = (),
        recursive_version_locations: bool = False,
        messaging_opts: Mapping[str, Any] = MappingProxyType({}),
        source_name: str | None = None,
    ) -> None:
        self.dir = os.fspath(dir)
        self.file_template = file_template
        self.truncate_slug_length = truncate_slug_length or 40
        self.version_locations = [os.fspath(location) for location in version_locations or []]
        self.sourceless = sourceless
        self.output_encoding = output_encoding
        self.timezone = timezone
        self.hooks = list(hooks)
        self.messaging_opts = messaging_opts
        self.recursive_version_locations = recursive_version_locations
        self._sources: dict[str, bytes] | None = None
        self.executed: dict[str, ModuleType] = {}
        """The modules of the files that had to be run for their headers, by path."""
        if "\0" in self.dir or not os.access(self.dir, os.F_OK):
            raise ConfigError(
                f"Path doesn't exist: {dir}.  Please use the 'init' command to create a new scripts folder.",
                path=source_name,
                hint="Correct 'script_location' if the folder is somewhere else.",
            )

    @classmethod
    def from_config(cls, config: Config) -> RevisionDirectory:
        """The script directory that a project is configured with. Raises ConfigError when it is not there."""
        location = config.get_script_location()
        if not location:
            raise ConfigError(
                "No 'script_location' key found in configuration.",
                path=config.source_name,
                hint="Add script_location = %(here)s/migrations, or whatever the folder is called."
                if config.source_name is None or os.path.exists(config.source_name)
                else "There is no such file: name the right one, or make a project with 'headway init'.",
            )
        ahead = config.get_prepend_sys_paths_list() or []
        made = cls(
            os.path.abspath(resource_path(location, ahead)),
            file_template=config.get_text("file_template") or DEFAULT_FILE_TEMPLATE,
            truncate_slug_length=config.get_number("truncate_slug_length"),
            version_locations=[
                os.path.abspath(resource_path(path, ahead)) for path in config.get_version_locations_list() or []
            ],
            sourceless=config.get_alembic_boolean_option("sourceless"),
            output_encoding=config.get_text("output_encoding") or "utf-8",
            timezone=config.get_text("timezone"),
            hooks=config.get_hooks_list(),
            recursive_version_locations=config.get_alembic_boolean_option("recursive_version_locations"),
            source_name=config.source_name,
        )
        made._config = config
        return made

    @property
    def versions(self) -> str:
        """The one directory of revision files. Raises ConfigError when there are several."""
        if len(self.locations) > 1:
            raise ConfigError("Multiple version_locations present", hint="Name one with --version-path.")
        return self.locations[0]

    @property
    def locations(self) -> list[str]:
        """Every directory of revision files."""
        return self.version_locations or [os.path.join(self.dir, "versions")]

    @property
    def config(self) -> Config | None:
        """The settings that it was made from, if from any."""
        return self._config

    def would_find(self, path: str) -> bool:
        """Whether a file lies where revision files are looked for, whatever is in it."""
        folder = os.path.dirname(path)
        deep = self.recursive_version_locations
        return any(folder == one or (deep and folder.startswith(os.path.join(one, ""))) for one in self.locations)

    @property
    def env_py_location(self) -> str:
        """The path of env.py."""
        return os.path.abspath(os.path.join(self.dir, "env.py"))

    # -- the history --------------------------------------------------------------------------------------------

    @property
    def graph(self) -> RevisionGraph:
        """The history, with whatever faults it has. Raises ScriptError for a file that cannot be read."""
        faults = self.unreadable
        if len(faults) == 1:
            raise faults[0]
        if faults:
            said = "; ".join(error.one_line() for error in faults)
            hint = "Mend each of them; headway lint names them one by one."
            raise ScriptError(f"{len(faults)} revision files cannot be read: {said}", path=self.dir, hint=hint)
        return self.readable

    @property
    def readable(self) -> RevisionGraph:
        """The history of the files that can be read, for who reports the others; see ``unreadable``."""
        return self._read[0]

    @property
    def unreadable(self) -> tuple[ScriptError, ...]:
        """What is wrong with each file whose header cannot be read."""
        return self._read[2]

    @property
    def is_computed(self) -> bool:
        """Whether a header holds what only running its file would tell."""
        return any(revision.unknown for revision in self.readable.ids.values()) or any(
            isinstance(fault, ComputedHeader) for fault in self.unreadable
        )

    @property
    def history(self) -> RevisionGraph:
        """The history, sound. Raises GraphError naming every fault, ScriptError for a file that cannot be read."""
        self.graph.require_sound()
        return self.graph

    @cached_property
    def revision_map(self) -> RevisionMap[ScriptFile]:
        """The history under Alembic's API. Raises what ``history`` raises."""
        return RevisionMap.over(self.history, self._by_id)

    @cached_property
    def files(self) -> tuple[VersionFile, ...]:
        """The revision files, those that cannot be read included, as they were found when they were first asked for."""
        return tuple(
            version_files(self.locations, recursive=self.recursive_version_locations, sourceless=self.sourceless)
        )

    @property
    def scripts(self) -> tuple[ScriptFile, ...]:
        """One for each file that can be read, those that share an id included, in the order of the files."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[RevisionGraph, tuple[ScriptFile, ...], tuple[ScriptError, ...]]:
        revisions: list[Revision] = []
        docstrings: list[str] = []
        unreadable: list[ScriptError] = []
        for path, _, _ in self.files:
            try:
                header = self._header(path)
                revisions.append(_revision(path, header))
            except ScriptError as error:
                unreadable.append(error)
                continue
            docstrings.append(header.docstring)
            if header.is_computed and "down_revision" in revisions[-1].unknown:
                unreadable.append(ComputedHeader("down_revision", path, header.values["down_revision"].line))
        revisions = self._side_by_side(revisions)
        graph = RevisionGraph(revisions)
        scripts = tuple(map(self.script_class, repeat(graph), revisions, docstrings))
        return graph, scripts, tuple(unreadable)

    def _side_by_side(self, revisions: list[Revision]) -> list[Revision]:
        """The same, where a squash meets what it replaces in a planted folder, so that both can be tried."""
        planted = () if self._config is None else self._config.more_versions
        if not planted:
            return revisions
        there = {one.revision for one in revisions if (one.path or "").startswith(planted)}
        return [
            one._replace(replaces=(), branch_labels=()) if there.intersection(one.replaces) else one
            for one in revisions
        ]

    def _header(self, path: str) -> Header:
        """The header of a file, as far as reading it tells. Raises ScriptError when it cannot be read."""
        return read_header(path, self._sources, self._modules)

    def _modules(self) -> tuple[ProjectModules, str]:
        return self._project_modules

    @cached_property
    def _project_modules(self) -> tuple[ProjectModules, str]:
        from headway.repository.locate import find_repository  # few histories need it

        config = self._config or Config()
        home = home_of(config)
        repository = find_repository(home)
        return modules_of(self.dir, places_of(config, home), home if repository is None else repository.root)

    @cached_property
    def _by_id(self) -> dict[str, ScriptFile]:
        by_id: dict[str, ScriptFile] = {}
        for script in self.scripts:
            by_id.setdefault(script.revision, script)
        return by_id

    def keep_sources(self) -> None:
        """Keeps what is read of the files from now on, so that a run executes what its route was found by."""
        self._sources = {}

    @property
    def sources(self) -> Mapping[str, bytes]:
        """What is kept of the files that have been read, by path."""
        return self._sources or {}

    def take_sources(self) -> dict[str, bytes]:
        """What was kept of the files that have been read, by path; it is kept no longer."""
        taken, self._sources = self._sources or {}, None
        return taken

    def forget(self) -> None:
        """Makes the next question read the files again."""
        self.__dict__.pop("files", None)
        self.__dict__.pop("_read", None)
        self.__dict__.pop("_by_id", None)
        self.__dict__.pop("revision_map", None)
        self.executed.clear()

    def walk_revisions(self, base: Symbol = "base", head: Symbol = "heads") -> Iterator[ScriptFile]:
        """Every revision from ``head`` down to ``base``, newest first."""
        yield from self.iterate_revisions(head, base, inclusive=True, assert_relative_length=False)

    def iterate_revisions(self, upper: Symbol, lower: Symbol, **kw: Any) -> Iterator[ScriptFile]:
        """The revisions from ``upper`` down to ``lower``, as :meth:`RevisionMap.iterate_revisions` takes and gives them.

        Raises RevisionError for symbols that cannot be resolved, or a lower end that is not below the upper.
        """
        with rephrased(start=lower, end=upper):
            yield from self.revision_map.iterate_revisions(upper, lower, **kw)

    def get_revisions(self, id_: Symbol) -> tuple[ScriptFile, ...]:
        """The scripts a symbol, or several, stand for. Raises RevisionError."""
        with rephrased():
            return tuple(self._by_id[found] for found in symbols.resolve(self.history, id_))

    def get_all_current(self, id_: str | Sequence[str] | None) -> set[ScriptFile]:
        """The scripts of version rows, and those that only count through a dependency of theirs.

        Raises RevisionError for a row that the history lacks.
        """
        graph = self.history
        with rephrased():
            applied = graph.ancestors(present(graph, as_tuple(id_)), inclusive=True)
        return {self._by_id[found] for found in applied if applied.isdisjoint(graph.children(found))}

    def get_revision(self, id_: str | None) -> ScriptFile | None:
        """The one script a symbol stands for; None for base. Raises RevisionError."""
        with rephrased():
            found = symbols.resolve_one(self.history, id_)
        return None if found is None else self._by_id[found]

    def as_revision_number(self, id_: Symbol) -> Any:
        """The id, or ids for ``heads``, that ``head``, ``heads`` or ``base`` stands for, None for base.

        Anything else comes back as it was written, without its branch, and of several the first: env.py scripts
        compare it with what they know.
        """
        if not isinstance(id_, str):
            return next(iter(id_ or ()), None)
        branch, _, name = id_.rpartition("@")
        if name not in ("head", "heads", "base"):
            return name or None
        with rephrased():
            found = symbols.resolve(self.history, id_)
        if name == "heads" and not branch:
            return found
        return found[0] if found else None

    def get_current_head(self) -> str | None:
        """The single head. Raises RevisionError when there are several."""
        with rephrased(
            multiple_heads="The script directory has multiple heads (due to branching).Please use get_heads(), or "
            "merge the branches using alembic merge."
        ):
            return symbols.current_head(self.history)

    def get_heads(self, consider_depends_on: bool = False) -> list[str]:
        """The heads; with ``consider_depends_on`` those that nothing depends on."""
        return list(self.history.real_heads if consider_depends_on else self.history.heads)

    def get_base(self) -> str | None:
        """The single base. Raises ConfigError when there are several."""
        bases = self.get_bases()
        if len(bases) > 1:
            raise ConfigError("The script directory has multiple bases. Please use get_bases().")
        return bases[0] if bases else None

    def get_bases(self) -> list[str]:
        """Every revision without a parent."""
        return list(self.history.bases)

    # -- routes -------------------------------------------------------------------------------------------------

    def _upgrade_revs(self, destination: Symbol, current_rev: Symbol) -> list[Step]:
        ancestor = "Destination {end} is not a valid upgrade target from current head(s)"
        with rephrased(end=destination, ancestor=ancestor):
            return list(upgrade_route(self.history, as_tuple(current_rev), destination))

    def _downgrade_revs(self, destination: Symbol, current_rev: Symbol) -> list[Step]:
        ancestor = "Destination {end} is not a valid downgrade target from current head(s)"
        with rephrased(end=destination, ancestor=ancestor):
            return list(downgrade_route(self.history, as_tuple(current_rev), destination))

    def _stamp_revs(self, revision: Symbol, heads: Symbol) -> list[Step]:
        with rephrased(multiple_heads="Multiple heads are present; please specify a single target revision"):
            return list(stamp_route(self.history, as_tuple(heads), revision))


def home_of(config: Config) -> str:
    """The directory of the configuration file, or the working directory."""
    source = config.source_name
    return os.path.dirname(os.path.abspath(source)) if source else os.getcwd()


def places_of(config: Config, home: str) -> list[str]:
    """Where the imports of a project's code look, without what Python itself has; ``home`` is its directory."""
    places = [home, "src", *(config.get_prepend_sys_paths_list() or [])]
    return [os.path.join(home, place) for place in places]


def _revision(path: str, header: Header) -> Revision:
    """The revision of a file. Raises ScriptError for an id that nobody knows."""
    values, unknown = _known(path, header.values) if header.is_computed else (header.values, ())
    id_ = values.get("revision") or _id_in_name(path)
    if not isinstance(id_, str) or not id_:
        raise ScriptError(
            f"Could not determine revision id from filename {os.path.basename(path)}. "
            "Be sure the 'revision' variable is declared inside the script",
            path=path,
            hint="Add revision = '…', or move the file out of the versions directory.",
        )
    return Revision(
        revision=id_,
        down_revision=values.get("down_revision"),
        dependencies=values.get("depends_on") or None,
        branch_labels=as_tuple(values.get("branch_labels")),
        replaces=as_tuple(values.get("replaces")),
        doc=first_paragraph(header.docstring),
        path=path,
        lines=header.lines,
        unknown=unknown,
    )


def _known(path: str, values: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The values with None for those that only running the file would tell, and their names."""
    unknown = tuple(name for name, value in values.items() if isinstance(value, Dynamic))
    if "revision" in unknown:
        raise ComputedHeader("revision", path, values["revision"].line)
    return {name: None if name in unknown else value for name, value in values.items()}, unknown


def _id_in_name(path: str) -> str | None:
    """The id of a file from before revision files declared theirs: its whole name."""
    legacy = re.match(_LEGACY_NAME, os.path.basename(path))
    return legacy[1] if legacy else None
