"""The rules of squawk, https://squawkhq.com/docs/rules, and the codes that answer them. Values only."""

from __future__ import annotations

from collections.abc import Mapping

SQUAWK: Mapping[str, tuple[str, ...]] = {
    "adding-field-with-default": (
        "LCK112",
        "LCK113",
    ),
    "adding-foreign-key-constraint": ("LCK107",),
    "adding-not-nullable-field": (
        "LCK110",
        "DAT002",
        "CMP003",
    ),
    "adding-required-field": ("CMP003",),
    "adding-serial-primary-key-field": (
        "LCK105",
        "LCK113",
    ),
    "ban-add-enum-value": ("TXN004",),
    "ban-concurrent-index-creation-in-transaction": ("LCK103",),
    "ban-drop-column": ("DST002",),
    "ban-drop-constraint": ("DST011",),
    "ban-drop-default": (
        "CMP003",
        "CMP004",
    ),
    "ban-drop-index": ("LCK102",),
    "ban-drop-schema": ("DST005",),
    "ban-drop-table": ("DST001",),
    "ban-drop-type": (
        "DST005",
        "DWN003",
    ),
    "ban-new-write-restriction": (
        "LCK104",
        "LCK107",
        "LCK108",
        "CMP003",
    ),
    "ban-truncate-cascade": (
        "DST004",
        "DST005",
    ),
    "ban-uncommitted-transaction": ("MOD006",),
    "changing-column-type": (
        "LCK111",
        "DST006",
        "DAT006",
    ),
    "constraint-missing-not-valid": (
        "LCK104",
        "LCK105",
        "LCK107",
        "LCK108",
    ),
    "disallowed-unique-constraint": ("LCK104",),
    "identifier-too-long": ("LCK504",),
    "prefer-repack": ("LCK116",),
    "prefer-robust-stmts": ("TXN006",),
    "renaming-column": ("CMP002",),
    "renaming-table": ("CMP001",),
    "require-concurrent-index-creation": ("LCK101",),
    "require-concurrent-index-deletion": ("LCK102",),
    "require-concurrent-reindex": ("LCK116",),
    "require-lock-timeout": ("LCK121",),
    "require-timeout-settings": ("LCK121",),
    "transaction-nesting": ("MOD006",),
    "unused-ignore": ("MOD013",),
}
"""By squawk's name; those of its rules that nothing answers are not here."""


def squawk_rules_of(code: str) -> list[str]:
    """The rules of squawk that a code answers."""
    return sorted(rule for rule, codes in SQUAWK.items() if code in codes)
