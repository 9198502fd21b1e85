"""How large one table of a database is. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """A table's size; None for what the database does not know."""

    schema: str | None
    """None for the one that names without a schema mean."""
    name: str
    rows: int | None = None
    bytes: int | None = None
    """On the disk, indexes included."""
    writes: int | None = None
    """Rows inserted, changed and deleted, as the database has counted them."""
