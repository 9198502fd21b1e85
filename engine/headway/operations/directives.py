"""Importing this module puts every directive of headway's own onto ``op`` and ``batch_op``."""

from headway.operations import columns, constraints, containers, data, indexes, tables

__all__ = ["columns", "constraints", "containers", "data", "indexes", "tables"]
