"""The databases that a history runs on, as far as settings tell."""

from __future__ import annotations

from headway.config.model import Config
from headway.config.policy import DIALECTS, Policy


def databases_of(config: Config, policy: Policy) -> frozenset[str]:
    """Those that the policy names, else that of ``sqlalchemy.url`` where it is a literal URL; none where nothing tells."""
    if policy.dialects:
        return frozenset(policy.dialects)
    url = config.get_main_option("sqlalchemy.url") or ""
    dialect = url.partition("://")[0].partition("+")[0]
    dialect = {"postgres": "postgresql"}.get(dialect, dialect)
    return frozenset({dialect}) if dialect in DIALECTS else frozenset()
