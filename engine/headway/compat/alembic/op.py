"""``alembic.op``: each directive as a function that acts on the migration that runs when it is called."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from headway.operations import every
from headway.operations.base import Operations, current_operations, directive_function, directive_names

_DIRECTIVES = every  # importing it has filled Operations

create_module_class_proxy = Operations.create_module_class_proxy
create_module_class_proxy(globals(), globals())


def __getattr__(name: str) -> Any:
    """Directives that extensions registered after this module was imported, and the attributes of Operations."""
    if name in directive_names():
        return directive_function(name)
    with suppress(NameError):  # absent as long as nothing runs
        if name in ("impl", "migration_context"):
            return getattr(current_operations(name), name)
        if name == "_proxy":  # private, and yet what revisions ask for the context
            return current_operations(name)
    raise AttributeError(f"module 'alembic.op' has no attribute {name!r}")
