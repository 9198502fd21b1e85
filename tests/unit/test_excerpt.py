"""What a long run leaves out of revision files changes nothing that running them shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headway.errors import ScriptError
from headway.runtime import runner
from headway.script.excerpt import excerpt

ABOVE = '"""create users\n\nRevision ID: 1a2b\n"""\nfrom typing import Sequence, Union\n\n\n'
ANNOTATED = """# revision identifiers, used by Alembic.
revision: str = '1a2b'
down_revision: Union[str, Sequence[str], None] = "0_9"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None
"""
PLAIN = "# revision identifiers, used by Alembic.\nrevision = '1a2b'\ndown_revision = None\n"
UPGRADE = "\n\ndef upgrade() -> None:\n    return (revision, down_revision, 1 / 1)\n"
DOWNGRADE = '\n\ndef downgrade() -> None:\n    """Down."""\n\n    x = (\n        1\n    )\n    return x\n'

SHORTENED = {
    "annotated": ABOVE + ANNOTATED + UPGRADE + DOWNGRADE,
    "plain": ABOVE + PLAIN + UPGRADE + DOWNGRADE,
    "new style": ABOVE + ANNOTATED.replace("Union[str, Sequence[str], None]", "str | None") + UPGRADE + DOWNGRADE,
    "no docstring": "x = 1\n" + PLAIN + UPGRADE + DOWNGRADE,
    "no line at the end": ABOVE + PLAIN + UPGRADE + DOWNGRADE.rstrip(),
    "on one line": ABOVE + PLAIN + UPGRADE + "\ndef downgrade(): pass\n",
    "header only": ABOVE + PLAIN + UPGRADE,
    "code below the downgrade": ABOVE + PLAIN + UPGRADE + DOWNGRADE + "\n\nLAST = 1\n",
    "called by upgrade": ABOVE + PLAIN + UPGRADE.replace("(revision", "(downgrade(), revision") + DOWNGRADE,
    "downgrade only": "revision, down_revision = 1, 2\n" + UPGRADE + DOWNGRADE,
    "names assigned again": ABOVE + PLAIN + "down_revision = 'c'\n" + UPGRADE + DOWNGRADE,
}
ABOVE_IT = {
    "a star": "from typing import *\n",
    "an assignment": "down_revision = 'zz'\n",
    "a question": "HAD = 'revision' in globals()\n",
    "an imported name": "from a import revision\n",
    "a text that a comment hides": '# sends """\nX = """\n',
}
"""What may see, or set, what the header sets."""
WHOLE = {
    "nothing to leave out": "revision, down_revision = 1, 2\n" + UPGRADE,
    "Windows": (ABOVE + PLAIN + UPGRADE + DOWNGRADE).replace("\n", "\r\n"),
    "form feed": ABOVE + PLAIN + UPGRADE + DOWNGRADE + "   \fLAST = 1\n",
    "in a text": "X = '''\n" + PLAIN + "'''\nrevision, down_revision = 1, 2\n" + UPGRADE,
    "computed": ABOVE + "# revision identifiers\nrevision = str(1)\ndown_revision = None\n" + UPGRADE,
}
UNCOMPILABLE = {
    "decorated": PLAIN + UPGRADE + "\n\n@staticmethod\ndef downgrade():\n    pass\n",
    "in a text": PLAIN + UPGRADE + '\nX = """\ndef downgrade():\n    """\n',
    "in an expression": PLAIN + UPGRADE + "\nX = (\ndef downgrade():\n    pass)\n",
    "continued": PLAIN + UPGRADE + "\nX = 1 + \\\ndef downgrade():\n    pass\n",
}


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def loaded(text: str, runs: str | None) -> Any:
        path = tmp_path / "1a2b_create.py"
        path.write_bytes(text.encode())
        return runner.load_module(str(path), runs=runs)

    return loaded


@pytest.mark.parametrize("runs", ["upgrade", "downgrade"])
@pytest.mark.parametrize("text", [*SHORTENED.values(), *WHOLE.values()], ids=[*SHORTENED, *WHOLE])
def test_the_function_sees_and_does_the_same(text: str, runs: str, load: Any) -> None:
    left, whole = load(text, runs), load(text, None)
    may_lack = {"downgrade", "__annotations__"} if runs == "upgrade" else {"__annotations__"}
    assert vars(whole).keys() - vars(left).keys() <= may_lack
    assert vars(left).keys() <= vars(whole).keys()
    assert left.__doc__ == whole.__doc__
    for name in ("revision", "down_revision", "branch_labels", "depends_on", "LAST", "X"):
        assert getattr(left, name, "none") == getattr(whole, name, "none")
    if (function := getattr(whole, runs, None)) is not None:
        assert getattr(left, runs)() == function()
        assert getattr(left, runs).__code__.co_firstlineno == function.__code__.co_firstlineno


@pytest.mark.parametrize("text", SHORTENED.values(), ids=SHORTENED)
def test_the_usual_files_are_shortened(text: str) -> None:
    found = excerpt(text.encode(), upgrade=True)
    assert found is not None
    assert len(found.source) < len(text)
    assert found.values or b"downgrade" not in found.source


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_others_are_left_as_they_are(text: str) -> None:
    assert excerpt(text.encode(), upgrade=True) is None


@pytest.mark.parametrize("text", UNCOMPILABLE.values(), ids=UNCOMPILABLE)
def test_what_does_not_compile_without_its_end_is_compiled_with_it(text: str, load: Any) -> None:
    outcomes = []
    for runs in ("upgrade", None):
        try:
            outcomes.append(sorted(vars(load(text, runs))))
        except SyntaxError as error:
            outcomes.append([str(error.msg), str(error.lineno)])
    assert outcomes[0] == outcomes[1]


def test_lines_of_a_traceback_are_those_of_the_file(load: Any) -> None:
    module = load((ABOVE + ANNOTATED + UPGRADE + DOWNGRADE).replace("1 / 1", "1 / 0"), "upgrade")
    with pytest.raises(ZeroDivisionError) as caught:
        module.upgrade()
    assert str(caught.traceback[-1].statement).strip() == "return (revision, down_revision, 1 / 0)"


def test_an_error_while_the_module_is_executed_goes_through_once(load: Any) -> None:
    text = "import builtins\nbuiltins.seen.append(1)\n" + PLAIN + "compile('(', 'other', 'exec')\n" + UPGRADE
    import builtins

    builtins.seen = seen = []  # type: ignore[attr-defined]
    try:
        with pytest.raises(SyntaxError, match="never closed"):
            load(text, "upgrade")
    finally:
        del builtins.seen  # type: ignore[attr-defined]
    assert seen == [1]


def test_a_missing_function_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "a.py"
    path.write_text(PLAIN + DOWNGRADE)
    with pytest.raises(ScriptError, match="no upgrade"):
        runner.migration_function(str(path), upgrade=True, whole=False)


@pytest.mark.parametrize("above", ABOVE_IT.values(), ids=ABOVE_IT)
def test_the_header_stays_where_code_above_could_tell(above: str) -> None:
    source = f"{above}\n{PLAIN}{UPGRADE}".encode()
    assert excerpt(source, upgrade=True) is None


@pytest.mark.parametrize("imported", ["", "from typing import Sequence\n", "from typing import Sequence, Union\n"])
def test_the_header_stays_where_its_annotations_have_no_meaning(imported: str) -> None:
    found = excerpt(f"{imported}\n{ANNOTATED}{UPGRADE}".encode(), upgrade=True)
    assert (found is not None) == ("Union" in imported)


PIECES = st.sampled_from(
    [
        *(ABOVE, ANNOTATED, PLAIN, UPGRADE, DOWNGRADE),
        *(
            "# revision identifiers\n",
            "'''\n",
            '"""\n',
            "def downgrade():\n",
            "    pass\n",
            "\n",
            "X = 1\n",
            "x = (\n",
            ")\n",
        ),
        *(
            "\\\n",
            "@staticmethod\n",
            "if True:\n",
            "    X = 2\n",
            "    downgrade = 3\n",
            "revision = 'z'\n",
            "# x\n",
            "   \n",
        ),
    ]
)


@example(f"\nrevision = 'z'\n{PLAIN}{UPGRADE}{DOWNGRADE}")
@example(f"X = '''\n{PLAIN}'''\n{UPGRADE}{DOWNGRADE}")
@given(st.lists(PIECES, max_size=8).map("".join))
def test_any_text_gives_the_same_names(text: str) -> None:
    source = text.encode()
    found = excerpt(source, upgrade=True)
    if found is None:
        return
    try:
        code = compile(found.source, "x", "exec", dont_inherit=True)
        whole = compile(source, "x", "exec", dont_inherit=True)
    except SyntaxError:
        return  # the whole is compiled, or a fault below what runs
    outcomes: list[Any] = []
    for what, values in ((code, found.values), (whole, {})):
        names: dict[str, Any] = dict(values)
        try:
            exec(what, names)
        except Exception as error:
            outcomes.append(repr(error))
        else:
            outcomes.append({n: v for n, v in names.items() if isinstance(v, str | int | None) and n != "__doc__"})
    ours, theirs = outcomes
    for names in outcomes:
        if isinstance(names, dict):
            names.pop("downgrade", None)
    assert ours == theirs
