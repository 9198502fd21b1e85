"""``alembic.testing.requirements``: the features that a dialect may say it lacks, for its own test suite."""

from __future__ import annotations

from typing import Any

from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import Requirements

_there: Any = exclusions.open


class SuiteRequirements(Requirements):
    """Every feature is there unless a dialect's own class closes it."""

    schemas = _there()
    autocommit_isolation = _there()
    materialized_views = _there()
    unique_constraint_reflection = _there()
    sequences = _there()
    foreign_key_match = _there()
    foreign_key_constraint_reflection = _there()
    check_constraints_w_enforcement = _there()
    check_constraint_reflection = _there()
    reflects_pk_names = _there()
    reflects_fk_options = _there()
    comments = _there()
    alter_column = _there()
    computed_columns = _there()
    autoincrement_on_composite_pk = _there()
    fk_ondelete_is_reflected = _there()
    fk_onupdate_is_reflected = _there()
    fk_onupdate = _there()
    fk_ondelete_restrict = _there()
    fk_onupdate_restrict = _there()
    fk_ondelete_noaction = _there()
    fk_initially = _there()
    fk_deferrable = _there()
    fk_deferrable_is_reflected = _there()
    fk_names = _there()
    foreign_key_name_reflection = _there()
    integer_subtype_comparisons = _there()
    no_name_normalize = _there()
    identity_columns = _there()
    identity_columns_alter = _there()


__all__ = ["SuiteRequirements"]
