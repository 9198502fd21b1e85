"""A gallery of histories that the comparisons with Alembic run on. No tests of its own.

Each is drawn as one line for a revision: ``id: parents, needs dependencies, labels names``. Within a line of the
drawing names come in the order they are written in the file.
"""

from __future__ import annotations

DRAWINGS: dict[str, str] = {
    "empty": "",
    "single": "aaaa01:",
    "linear": "aaaa01:\nbbbb02: aaaa01\ncccc03: bbbb02\ndddd04: cccc03",
    "linear written backwards": "cccc03: bbbb02\nbbbb02: aaaa01\naaaa01:",
    "labelled base": "aaaa01: , labels main\nbbbb02: aaaa01\ncccc03: bbbb02",
    "label in the middle": "aaaa01:\nbbbb02: aaaa01, labels mid\ncccc03: bbbb02",
    "two labels": "aaaa01: , labels one two\nbbbb02: aaaa01",
    "fork": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01",
    "fork with labels": "aaaa01:\nbbbb02: aaaa01, labels left\ncccc03: aaaa01, labels right\ndddd04: bbbb02",
    "label above a fork": "aaaa01:\nbbbb02: aaaa01\ncccc03: bbbb02\ndddd04: bbbb02\neeee05: cccc03, labels late",
    "three ways": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: aaaa01",
    "diamond": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: bbbb02 cccc03",
    "diamond merged the other way": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: cccc03 bbbb02",
    "diamond with a tail": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: bbbb02 cccc03\neeee05: dddd04",
    "uneven diamond": "aaaa01:\nbbbb02: aaaa01\nbbbb03: bbbb02\nbbbb04: bbbb03\ncccc03: aaaa01\ndddd04: bbbb04 cccc03",
    "two diamonds": (
        "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: bbbb02 cccc03\n"
        "eeee05: dddd04\nffff06: dddd04\ngggg07: eeee05 ffff06"
    ),
    "nested diamonds": (
        "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\nbbbb21: bbbb02\nbbbb22: bbbb02\nbbbb23: bbbb21 bbbb22\n"
        "dddd04: bbbb23 cccc03"
    ),
    "criss-cross": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: bbbb02 cccc03\neeee05: bbbb02 cccc03",
    "criss-cross merged": (
        "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: bbbb02 cccc03\neeee05: cccc03 bbbb02\nffff06: dddd04 eeee05"
    ),
    "merge of three": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: aaaa01\neeee05: bbbb02 cccc03 dddd04",
    "merge and fork on": (
        "aaaa01:\nbbbb02: aaaa01, labels left\ncccc03: aaaa01\ndddd04: bbbb02 cccc03\neeee05: dddd04\nffff06: bbbb02"
    ),
    "two bases": "aaaa01:\nbbbb01:\naaaa02: aaaa01\nbbbb02: bbbb01",
    "two labelled bases": "aaaa01: , labels alpha\nbbbb01: , labels beta\naaaa02: aaaa01\nbbbb02: bbbb01",
    "two bases merged": "aaaa01:\nbbbb01:\ncccc02: aaaa01 bbbb01\ndddd03: cccc02",
    "three bases": "aaaa01:\nbbbb01:\ncccc01:\nbbbb02: bbbb01",
    "dependency on a head": "aaaa01: , labels alpha\nbbbb01: , labels beta\naaaa02: aaaa01\nbbbb02: bbbb01, needs aaaa02",
    "dependency in the middle": (
        "aaaa01: , labels alpha\naaaa02: aaaa01\naaaa03: aaaa02\nbbbb01: , labels beta\nbbbb02: bbbb01, needs aaaa02\n"
        "bbbb03: bbbb02"
    ),
    "dependency by label": "aaaa01: , labels alpha\nbbbb01: , needs alpha\nbbbb02: bbbb01",
    "base with a dependency": "aaaa01:\naaaa02: aaaa01\nbbbb01: , needs aaaa01, labels beta",
    "dependencies both ways": (
        "aaaa01: , labels alpha\nbbbb01: , labels beta, needs aaaa01\naaaa02: aaaa01, needs bbbb01\n"
        "bbbb02: bbbb01, needs aaaa02\naaaa03: aaaa02"
    ),
    "dependency repeated above": "aaaa01:\nbbbb01: , needs aaaa01\nbbbb02: bbbb01, needs aaaa01\nbbbb03: bbbb02",
    "dependency inside a branch": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01, needs bbbb02\ndddd04: cccc03",
    "merge with a dependency": (
        "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\nzzzz01: , labels other\ndddd04: bbbb02 cccc03, needs zzzz01"
    ),
    "the transcript of the manual": (
        "aaaa00000001:\nbbbb00000001: aaaa00000001, labels lefty\nbbbb00000002: aaaa00000001\n"
        "cccc00000001: , needs bbbb00000002, labels oth\ndddd00000001: bbbb00000001 bbbb00000002"
    ),
    "short ids": "a:\nb: a\nc: b",
    "numbers": "0001:\n0002: 0001\n0003: 0002\n0004: 0002",
    "ids that begin alike": "abcd01:\nabcd02: abcd01\nabce03: abcd02",
    "branch left far behind": (
        "aaaa01:\nbbbb02: aaaa01\naaaa02: aaaa01\naaaa03: aaaa02\naaaa04: aaaa03\naaaa05: aaaa04\naaaa06: aaaa05 bbbb02"
    ),
    "ladder": (
        "aaaa01:\nbbbb01: aaaa01\naaaa02: aaaa01\nbbbb02: bbbb01 aaaa02\naaaa03: aaaa02\nbbbb03: bbbb02 aaaa03\n"
        "aaaa04: aaaa03"
    ),
    "six heads": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: aaaa01\neeee05: bbbb02\nffff06: bbbb02\ngggg07:\nhhhh08: gggg07",
    "spliced": "aaaa01:\nbbbb02: aaaa01\ncccc03: bbbb02\nxxxx01: aaaa01, labels hotfix\nxxxx02: xxxx01",
    "label of a merge": "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: bbbb02 cccc03, labels joined\neeee05: dddd04",
    "three labels on one line": "aaaa01: , labels one\nbbbb02: aaaa01, labels two\ncccc03: bbbb02, labels three",
    "dependency on a merge": (
        "aaaa01:\nbbbb02: aaaa01\ncccc03: aaaa01\ndddd04: bbbb02 cccc03\nzzzz01: , labels other, needs dddd04\nzzzz02: zzzz01"
    ),
    "a chain of branches by dependency": (
        "aaaa01: , labels alpha\nbbbb01: , labels beta, needs aaaa01\ncccc01: , labels gamma, needs bbbb01\n"
        "cccc02: cccc01"
    ),
}

LEFT_TO_CHANCE: dict[str, str] = {
    "several dependencies": (
        "aaaa01: , labels alpha\nbbbb01: , labels beta\ncccc01: , labels gamma, needs aaaa01 bbbb01\naaaa02: aaaa01\n"
        "cccc02: cccc01, needs aaaa02"
    ),
    "three dependencies": "aaaa01:\nbbbb01:\ncccc01:\ndddd01: , needs cccc01 aaaa01 bbbb01",
}
"""Histories that Alembic lists and runs in another order from run to run: that of a set of dependencies."""
