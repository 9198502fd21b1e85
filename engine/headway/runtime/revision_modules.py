"""The modules of the revision files that a run loads: those that it runs, and before them what these may lean on.

Alembic imports every revision before it runs one, so that a revision may use a submodule that only another imports, or
what another one registers. Importing thousands of files for the one that runs is what takes most of its time: here
those are left out whose import would do nothing that another module could notice. The others are imported in the order
of the files; one that cannot be ends the run, as with Alembic.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from types import ModuleType

from headway.files import read_small
from headway.reading.bystander import Bystanders, imported_names
from headway.runtime import runner
from headway.script.directory import RevisionDirectory


def modules_of(
    script: RevisionDirectory, wanted: Collection[str], sources: Mapping[str, bytes]
) -> dict[str, ModuleType]:
    """The modules of the files ``wanted``, by path, and of those that they may lean on, which are to be kept as long.

    ``sources`` is what has been read of the files already. Whatever executing one raises goes through.
    """
    modules = dict(script.executed)
    bystanders = Bystanders(_is_imported)
    for item in script.scripts if wanted else ():
        path = item.path
        if path not in modules and (path in wanted or not _may_be_left_out(path, sources, bystanders)):
            modules[path] = runner.load_module(path, source=sources.get(path))
    return modules


def _may_be_left_out(path: str, sources: Mapping[str, bytes], bystanders: Bystanders) -> bool:
    if not path.endswith(".py"):
        return False
    source = sources.get(path)
    return bystanders.binds_only(read_small(path) if source is None else source)


def _is_imported(statement: bytes) -> bool:
    """Whether all that an import statement names has been imported, so that it changes nothing."""
    names = imported_names(statement)
    return names is not None and all(map(_is_there, names))


def _is_there(name: str) -> bool:
    if name in sys.modules or name == "__future__" or name.startswith("__future__."):
        return True
    module, _, attribute = name.rpartition(".")
    return module in sys.modules and attribute in vars(sys.modules[module])
