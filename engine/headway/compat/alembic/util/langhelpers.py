"""``alembic.util.langhelpers``: the dispatchers."""

from headway.autogenerate.dispatch import DispatchPriority, PriorityDispatcher, PriorityDispatchResult
from headway.operations.dispatch import Dispatcher

__all__ = ["DispatchPriority", "Dispatcher", "PriorityDispatchResult", "PriorityDispatcher"]
