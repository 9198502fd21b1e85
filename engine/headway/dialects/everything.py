"""Importing this module registers every dialect that headway brings."""

from headway.dialects import mysql, postgresql, sqlite

__all__ = ["mysql", "postgresql", "sqlite"]
