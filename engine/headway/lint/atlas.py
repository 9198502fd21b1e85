"""The checks of Atlas, https://atlasgo.io/lint/analyzers, and the codes that answer them. Values only."""

from __future__ import annotations

from collections.abc import Mapping

ATLAS: Mapping[str, tuple[str, ...]] = {
    "BC101": ("CMP001",),
    "BC102": ("CMP002",),
    "CD101": ("DST011",),
    "DS101": ("DST005",),
    "DS102": ("DST001",),
    "DS103": ("DST002",),
    "LT101": ("DAT002",),
    "MF101": ("DAT001",),
    "MF102": ("DAT001",),
    "MF103": ("CMP003",),
    "MF104": ("DAT002",),
    "MY101": ("CMP003",),
    **dict.fromkeys(("MY110", "MY111", "MY112", "MY113", "MY120", "MY121", "MY122", "MY123"), ("LCK203",)),
    **dict.fromkeys(("NM101", "NM102", "NM103", "NM104", "NM105", "NM106"), ("DSN008",)),
    "PG101": ("LCK101",),
    "PG102": ("LCK102",),
    "PG103": ("LCK103",),
    "PG104": ("LCK105",),
    "PG105": ("LCK104",),
    "PG301": ("LCK111",),
    "PG302": ("LCK112",),
    "PG303": ("LCK110", "DAT002"),
    "PG304": ("LCK105",),
    "PG305": ("LCK108",),
}
"""By Atlas's code; those of its checks that nothing answers are not here."""

ANALYZERS: Mapping[str, tuple[str, ...]] = {
    "concurrent_index": ("PG101", "PG102", "PG103", "PG104", "PG105"),
    "condrop": ("CD101",),
    "data_depend": ("LT101", "MF101", "MF102", "MF103", "MF104", "MY101"),
    "destructive": ("DS101", "DS102", "DS103"),
    "incompatible": ("BC101", "BC102"),
    "naming": ("NM101", "NM102", "NM103", "NM104", "NM105", "NM106"),
}
"""The checks of each analyzer, by the name that a comment may give in their place."""


def codes_of(names: list[str]) -> frozenset[str]:
    """The codes that answer checks and analyzers of these names, or every check where there are none."""
    checks = [check for name in names or ATLAS for check in ANALYZERS.get(name, (name,))]
    return frozenset(code for check in checks for code in ATLAS.get(check, ()))


def atlas_checks_of(code: str) -> list[str]:
    """The checks of Atlas that a code answers."""
    return sorted(check for check, codes in ATLAS.items() if code in codes)
