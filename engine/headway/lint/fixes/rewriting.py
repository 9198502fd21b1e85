"""One call of a revision file, changed by machine: with more arguments, inside of a block, on a batch.

Text in, text out, and None where nobody should change it without looking: what is written in an unusual way stays as it is.
Columns count bytes of UTF-8, as Python's parser does.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from headway.effects import model as fx
from headway.lint.facts import RevisionFile
from headway.valueclass import valueclass

AUTOCOMMIT = "with op.get_context().autocommit_block():"


@valueclass(frozen=True, slots=True)
class Call:
    """A call that stands on its lines by itself."""

    text: str
    """From its first character to its closing parenthesis, as it is in the file."""
    node: ast.Call
    """The same, parsed alone."""
    indent: str
    """The white space before it."""

    @property
    def is_on_op(self) -> bool:
        """Whether it is a method of the name ``op``, and no name of its own."""
        function = self.node.func
        return isinstance(function, ast.Attribute) and ast.unparse(function.value) == "op"

    def inside(self, head: str) -> str | None:
        """The call in a block that ``head`` begins, to stand where the call stands; None where a text in it has several
        lines, which must not be moved."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno != node.lineno:
                return None
        if "\t" in self.indent:
            return None
        moved = self.text.replace("\n", "\n    ")
        return f"{head}\n{self.indent}    {moved}"

    def with_keywords(self, **values: str) -> Call | None:
        """The call with these arguments, which are source, as well; None where it has one of them with another value, or
        ``**`` anything."""
        missing = []
        given = {keyword.arg: keyword.value for keyword in self.node.keywords}
        if None in given:
            return None
        for name, value in values.items():
            if name not in given:
                missing.append(f"{name}={value}")
            elif ast.unparse(given[name]) != value:
                return None
        return self._with(missing) if missing else self

    def _with(self, arguments: Sequence[str]) -> Call | None:
        parts = [*self.node.args, *(keyword.value for keyword in self.node.keywords)]
        if not parts:
            return None
        last = max(parts, key=lambda part: (part.end_lineno or 0, part.end_col_offset or 0))
        lines = self.text.encode().split(b"\n")
        line = lines[(last.end_lineno or 1) - 1]
        at = last.end_col_offset or 0
        own = line[: len(line) - len(line.lstrip())] if len(lines) > 1 and last.end_lineno != 1 else None
        between = b", " if own is None else b",\n" + own
        added = between + between.join(argument.encode() for argument in arguments)
        lines[(last.end_lineno or 1) - 1] = line[:at] + added + line[at:]
        return _parsed(b"\n".join(lines).decode(), self.indent)

    def with_first_in(self, function: str) -> Call | None:
        """The call with its first argument inside of a call of ``function``."""
        first = self.node.args[0]
        data = self.text.encode()
        start, end = (
            _offset(data, first.lineno, first.col_offset),
            _offset(data, first.end_lineno or 1, first.end_col_offset or 0),
        )
        return _parsed(
            (data[:start] + function.encode() + b"(" + data[start:end] + b")" + data[end:]).decode(), self.indent
        )

    def on_batch(self, table_at: int) -> str | None:
        """The call on a batch of the table that its positional argument ``table_at`` names as a plain text, in a block."""
        arguments = self.node.args
        if len(arguments) <= table_at or any(keyword.arg in (None, "schema") for keyword in self.node.keywords):
            return None
        table = arguments[table_at]
        is_named = table_at == 0 or _is_text(arguments[0])
        if not _is_text(table) or not is_named or any(isinstance(one, ast.Starred) for one in arguments):
            return None
        if not self.is_on_op:
            return None
        rest = [*arguments, *(keyword.value for keyword in self.node.keywords)]
        if len(rest) == table_at + 1:
            return None
        data = self.text.encode()
        start = _offset(data, table.lineno, table.col_offset)
        following = data.index(b",", _offset(data, table.end_lineno or 1, table.end_col_offset or 0)) + 1
        following += len(data[following:]) - len(data[following:].lstrip())
        without = _parsed("batch_op" + (data[:start] + data[following:]).decode()[len("op") :], self.indent)
        named = data[start : _offset(data, table.end_lineno or 1, table.end_col_offset or 0)].decode()
        return None if without is None else without.inside(f"with op.batch_alter_table({named}) as batch_op:")


def call_of(effect: fx.Effect, file: RevisionFile, *, in_with: bool = False) -> Call | None:
    """The call on ``op`` that an effect was read from; None where it is another, stands under a condition, or shares its
    lines with something else.

    ``in_with`` says whether it may stand in a ``with``: what is put around it there may take a name that the block has, or
    end a transaction that is not its own.
    """
    span = effect.span
    if effect.raw or effect.conditional or effect.written_at is not None:
        return None
    if (span.line, span.column) not in file.written.directives:
        return None
    if not in_with and any(one.span.line < span.line <= one.last for one in file.written.withs):
        return None
    call = call_at(span, file.migration.lines)
    # What is written around it says ``op`` as well.
    return call if call is not None and call.is_on_op else None


def call_at(span: fx.Span, lines: Sequence[str], *, alone: bool = True) -> Call | None:
    """The call at a place; ``alone`` where it is a statement that has its lines for itself, or None."""
    if not span.end_column or not 0 < span.line <= span.end_line <= len(lines):
        return None
    block = [line.encode() for line in lines[span.line - 1 : span.end_line]]
    before, after = block[0][: span.column - 1], block[-1][span.end_column - 1 :].strip()
    if alone and (before.strip() or (after and not after.startswith(b"#"))):
        return None
    block[-1] = block[-1][: span.end_column - 1]
    block[0] = block[0][span.column - 1 :]
    return _parsed(b"\n".join(block).decode(), before.decode())


def _parsed(text: str, indent: str) -> Call | None:
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return Call(text, node, indent) if isinstance(node, ast.Call) and text.endswith(")") else None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _offset(data: bytes, line: int, column: int) -> int:
    return sum(len(one) + 1 for one in data.split(b"\n")[: line - 1]) + column
