"""Random bodies of ``upgrade()``: loops, conditions, containers and functions around drops of tables. No tests."""

from __future__ import annotations

import random
from collections.abc import Iterator

FLAGS = tuple(f"NAME.f{number}" for number in range(4))
"""What only the run tells: True or False."""

_INDENT = "    "


class Programs:
    """Makes programs; each drop has a number of its own, so that what ran can be told."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._drops = 0
        self._names = 0
        self._lists: list[str] = []
        self._dicts: list[str] = []
        self._texts: list[str] = []
        self._numbers: list[str] = []
        self._calls: list[str] = []

    def source(self) -> str:
        """The text of a module with helpers and ``upgrade()``."""
        lines = ["def helper(a):", *self._inside(self._block(2, loop=False, function=True))]
        self._calls = ["helper"]
        lines += ["def upgrade():", *self._inside(self._block(4, loop=False, function=True))]
        return "\n".join(lines) + "\n"

    # -- statements -------------------------------------------------------------------------------------------------

    def _inside(self, lines: list[str]) -> list[str]:
        return [f"{_INDENT}{line}" for line in lines]

    def _block(self, depth: int, *, loop: bool, function: bool) -> list[str]:
        lists, dicts, texts = list(self._lists), list(self._dicts), list(self._texts)
        lines: list[str] = []
        for _ in range(self._chance.randint(1, 4)):
            lines += self._statement(depth, loop=loop, function=function)
        # What a block binds may not be bound behind it.
        self._lists, self._dicts, self._texts = lists, dicts, texts
        return lines

    def _statement(self, depth: int, *, loop: bool, function: bool) -> list[str]:
        kinds = ["drop"] * 4 + ["list", "dict", "text", "change", "change", "walk"]
        kinds += ["if", "if", "for", "for", "while", "try", "match", "with"] * (depth > 0)
        kinds += ["break", "continue"] * loop + ["return"]
        kind = self._chance.choice(kinds)
        return list(getattr(self, f"_{kind}")(depth, loop)) if kind not in _LEAVES else self._leave(kind)

    def _leave(self, kind: str) -> list[str]:
        """Mostly under a condition, or there would be little behind it."""
        if self._chance.random() < 0.8:
            return [f"if {self._condition()}:", f"{_INDENT}{kind}"]
        return [kind]

    def _drop(self, depth: int, loop: bool) -> Iterator[str]:
        self._drops += 1
        if self._texts and self._chance.random() < 0.3:
            yield f'op.drop_table({self._chance.choice(self._texts)} + "_{self._drops}")'
        else:
            yield f'op.drop_table("t{self._drops}")'

    def _name(self, word: str) -> str:
        self._names += 1
        return f"{word}{self._names}"

    def _list(self, depth: int, loop: bool) -> Iterator[str]:
        name = self._name("l")
        yield f"{name} = {self._chance.choice(['[]', self._items(), f'list({self._items()})', f'sorted({self._items()})'])}"
        self._lists.append(name)

    def _items(self) -> str:
        self._drops += 1
        return f'["i{self._drops}", "j{self._drops}"]'

    def _dict(self, depth: int, loop: bool) -> Iterator[str]:
        name = self._name("d")
        self._drops += 1
        yield f'{name} = {self._chance.choice(["{}", f"""{{"a": "v{self._drops}", "b": "w{self._drops}"}}"""])}'
        self._dicts.append(name)

    def _text(self, depth: int, loop: bool) -> Iterator[str]:
        name = self._name("x")
        one, other = self._name("p"), self._name("q")
        values = [
            f'"{one}"',
            f'"{one}" if {self._condition()} else "{other}"',
            f"f\"{{'{one}'}}_{{1}}\"",
            f'"%s" % "{one}"',
        ]
        yield f"{name} = {self._chance.choice(values)}"
        self._texts.append(name)

    def _change(self, depth: int, loop: bool) -> Iterator[str]:
        self._drops += 1
        made = f'"c{self._drops}"'
        changes = ["pass"]
        for name in self._lists[-2:]:
            changes += [f"{name}.append({made})", f"{name} += [{made}]", f"{name}.extend([{made}])", f"{name}.clear()"]
            changes += [f"{name} and {name}.pop()", f"{name}.insert(0, {made})", f"{name} = {name} + [{made}]"]
        for name in self._dicts[-2:]:
            changes += [
                f'{name}["a"] = {made}',
                f'{name}.pop("a", None)',
                f"{name}.update(b={made})",
                f"{name}.clear()",
            ]
            changes += [f'{name}.setdefault("a", {made})', f'{name}.update({{"c": {made}}})']
        for name in self._texts[-2:]:
            changes += [f"{name} += {made}", f"{name} = {made}", f"{name} = {name}.upper()"]
        change = self._chance.choice(changes)
        yield from [f"if {self._condition()}:", f"{_INDENT}{change}"] if self._chance.random() < 0.4 else [change]

    def _walk(self, depth: int, loop: bool) -> Iterator[str]:
        each = self._name("e")
        walks = [f"{name}({self._condition()})" for name in self._calls] or ["pass"]
        walks += [f"for {each} in {name}:" for name in self._lists]
        walks += [f"for {each} in {name}.values():" for name in self._dicts]
        walk = self._chance.choice(walks)
        yield walk
        if walk.endswith(":"):
            yield f"{_INDENT}op.drop_table({each})"

    # -- compound statements --------------------------------------------------------------------------------------

    def _if(self, depth: int, loop: bool) -> Iterator[str]:
        yield f"if {self._condition()}:"
        yield from self._inside(self._block(depth - 1, loop=loop, function=True))
        if self._chance.random() < 0.3:
            yield f"elif {self._condition()}:"
            yield from self._inside(self._block(depth - 1, loop=loop, function=True))
        if self._chance.random() < 0.5:
            yield "else:"
            yield from self._inside(self._block(depth - 1, loop=loop, function=True))

    def _for(self, depth: int, loop: bool) -> Iterator[str]:
        number = self._name("n")
        yield f"for {number} in {self._chance.choice(['(1, 2, 3)', 'range(2)', 'NAME.numbers', '[]', '(2,)'])}:"
        self._numbers.append(number)
        yield from self._inside(self._block(depth - 1, loop=True, function=True))
        self._numbers.pop()
        yield from self._else(depth, loop)

    def _while(self, depth: int, loop: bool) -> Iterator[str]:
        count = self._name("k")
        yield f"{count} = 0"
        yield f"while {count} < {self._chance.choice(['0', '1', '3'])} and ({self._condition()}):"
        yield f"{_INDENT}{count} += 1"
        yield from self._inside(self._block(depth - 1, loop=True, function=True))
        yield from self._else(depth, loop)

    def _else(self, depth: int, loop: bool) -> Iterator[str]:
        if self._chance.random() < 0.4:
            yield "else:"
            yield from self._inside(self._block(depth - 1, loop=loop, function=True))

    def _try(self, depth: int, loop: bool) -> Iterator[str]:
        yield "try:"
        yield from self._inside(self._block(depth - 1, loop=loop, function=True))
        if self._chance.random() < 0.4:
            yield from self._inside([f"if {self._condition()}:", f"{_INDENT}raise ValueError"])
        yield "except ValueError:"
        yield from self._inside(self._block(depth - 1, loop=loop, function=True))
        if self._chance.random() < 0.3:
            yield "else:"
            yield from self._inside(self._block(depth - 1, loop=loop, function=True))
        if self._chance.random() < 0.3:
            yield "finally:"
            yield from self._inside(self._drop(depth, loop))  # type: ignore[arg-type]  # lines

    def _match(self, depth: int, loop: bool) -> Iterator[str]:
        yield f"match {self._chance.choice([*FLAGS, 'True', '1', '2', *self._numbers])}:"
        for case in ("True", "1 | 2", "_"):
            yield f"{_INDENT}case {case}:"
            yield from self._inside(self._inside(self._block(depth - 1, loop=loop, function=True)))

    def _with(self, depth: int, loop: bool) -> Iterator[str]:
        yield "with op.get_context().autocommit_block():"
        yield from self._inside(self._block(depth - 1, loop=loop, function=True))

    # -- conditions -------------------------------------------------------------------------------------------------

    def _condition(self) -> str:
        plain = [*FLAGS, *FLAGS, "True", "False", "1 == 2", '"a" in ("a", "b")']
        plain += [f"{number} == {self._chance.randint(0, 3)}" for number in self._numbers]
        plain += [f"{name}" for name in self._lists[-2:]] + [f'"a" in {name}' for name in self._dicts[-2:]]
        plain += [f'{name}.get("a") is None' for name in self._dicts[-1:]]
        plain += [f"len({name}) > 1" for name in self._lists[-1:]]
        one, other = self._chance.choice(plain), self._chance.choice(plain)
        return self._chance.choice([one, one, f"not {one}", f"{one} and {other}", f"{one} or not {other}"])


_LEAVES = frozenset({"break", "continue", "return"})
