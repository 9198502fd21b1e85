"""``alembic.util`` under headway gives the same values, prints the same and refuses the same as Alembic's."""

from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path
from typing import Any

import alembic.util
import pytest
import sqlalchemy as sa
from sqlalchemy.sql.base import _NoneName

from headway.compat.alembic import util as served

BOTH = pytest.mark.parametrize("util", [alembic.util, served], ids=["Alembic", "headway"])


def same(ask: Any) -> Any:
    """The answer of both, which must be one."""
    theirs, ours = ask(alembic.util), ask(served)
    assert ours == theirs
    return ours


@pytest.mark.parametrize("value", [None, "text", ["a", "b"], ("a",), {"a"}, 5, ()], ids=repr)
def test_tuples(value: Any) -> None:
    same(lambda util: util.to_tuple(value))
    same(lambda util: util.to_tuple(value, default=("d",)))
    same(lambda util: util.format_as_comma(value if value != 5 else None))


def test_small_things() -> None:
    same(lambda util: util.dedupe_tuple(("a", "b", "a")))
    same(lambda util: util.obfuscate_url_pw("postgresql://u:secret@host/d"))
    same(lambda util: dict(util.EMPTY_DICT))
    same(lambda util: util.sqla_2_1)
    same(lambda util: (len(util.rev_id()), util.rev_id().isalnum()))
    for util in (alembic.util, served):
        with pytest.raises(AssertionError):
            util.not_none(None)


@pytest.mark.parametrize("name", ["plain/path", "alembic:templates/generic", "alembic:templates:generic", "/a:b/c"])
def test_package_resources(name: str) -> None:
    same(lambda util: Path(util.coerce_resource_to_filename(name)))


@BOTH
def test_a_template_is_rendered_and_appended(util: Any, tmp_path: Path) -> None:
    template, target = tmp_path / "t.mako", tmp_path / "o.py"
    template.write_text("a = ${x}\n")
    util.template_to_file(template, target, "utf-8", x=1)
    util.template_to_file(template, target, "utf-8", append_with_newlines=True, x="é")
    assert target.read_text("utf-8") == "a = 1\n\n\na = é\n"
    with pytest.raises(util.CommandError):
        util.template_to_file(template, target, "utf-8")


@BOTH
def test_a_file_is_loaded_as_a_module(util: Any, tmp_path: Path) -> None:
    (tmp_path / "a-b.py").write_text("x = 5\n")
    module = util.load_python_file(tmp_path, "a-b.py")
    assert (module.x, module.__name__, module.__name__ in sys.modules) == (5, "a_b_py", False)
    with pytest.raises(ImportError, match="Can't find Python file"):
        util.load_python_file(tmp_path, "missing.py")


def test_messages_print_the_same(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    printed = []
    for util in (alembic.util, served):
        monkeypatch.setattr(util.messaging, "TERMWIDTH", 40)
        util.msg("one " * 20)
        util.msg("no line", newline=False)
        util.msg("nothing", quiet=True)
        with util.status("Working"):
            pass
        with util.status("Working", newline=True):
            pass
        with pytest.raises(ValueError, match="x"), util.status("Working"):
            raise ValueError("x")
        with pytest.raises(SystemExit) as caught:
            util.err("it broke")
        stream = io.StringIO()
        util.write_outstream(stream, "a", b"b")
        util.write_outstream(stream, "c", quiet=True)
        printed.append((capsys.readouterr().out, caught.value.code, stream.getvalue()))
    assert printed[0] == printed[1]


@BOTH
def test_warnings_have_their_kinds(util: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        util.warn("w")
        util.warn_deprecated("d")
    assert [(item.category, str(item.message)) for item in caught] == [(UserWarning, "w"), (DeprecationWarning, "d")]


def test_what_is_asked_about_schema_objects() -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Boolean(create_constraint=True)),
        sa.CheckConstraint("a > 1", name="ck"),
    )
    plain, upper = sa.Index("x", table.c.a), sa.Index("y", sa.func.upper(table.c.a))
    descending, textual = sa.Index("z", table.c.a.desc()), sa.Index("w", sa.text("lower(a)"), _table=table)
    for index in (plain, upper, descending, textual):
        same(lambda util, index=index: util.sqla_compat.is_expression_index(index))
    for expression in (table.c.a, sa.column("a"), sa.text("a"), sa.func.x(), sa.literal_column("a"), "a"):
        same(lambda util, expression=expression: util.sqla_compat.is_expression(expression))
    for name in (None, "a", _NoneName.NONE_NAME):
        same(lambda util, name=name: util.sqla_compat.constraint_name_defined(name))
        same(lambda util, name=name: util.sqla_compat.constraint_name_string(name))
        same(lambda util, name=name: util.sqla_compat.constraint_name_or_none(name))
    assert len(same(lambda util: util.sqla_compat.all_table_check_constraints(table))) == 2
    same(lambda util: util.sqla_compat.sqlalchemy_version)
    same(lambda util: (util.sqla_compat.sqla_2_0_25, util.sqla_compat.identity_has_dialect_kwargs))


def test_python_versions_and_paths(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f.txt").write_text("")
    for name in ("is_posix", "py311", "py312", "py313", "py314"):
        same(lambda util, name=name: getattr(util.compat, name))
    same(lambda util: list(util.compat.path_walk(tmp_path)))
    same(lambda util: util.compat.path_relative_to(tmp_path / "d", tmp_path))
    # On Python 3.11 Alembic's answer is '.'; this is what Path.relative_to of 3.12 says.
    assert served.compat.path_relative_to(tmp_path, tmp_path / "d", walk_up=True) == Path("..")
    same(lambda util: {point.name for point in util.compat.importlib_metadata_get("console_scripts")})
    for annotation in ("list[int]", int, list[int]):
        same(lambda util, annotation=annotation: util.compat.formatannotation_fwdref(annotation))
