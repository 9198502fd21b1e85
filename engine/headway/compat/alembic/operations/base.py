"""``alembic.operations.base``."""

from headway.operations.base import AbstractOperations, BatchOperations, Operations

__all__ = ["AbstractOperations", "BatchOperations", "Operations"]
