"""While user code runs, ``import alembic`` is headway's; the Alembic that is installed is untouched before and after."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import alembic
import alembic.op
import pytest

from compat.gallery import DRAWINGS
from compat.histories import draw
from compat.peers import ALEMBIC, HEADWAY
from compat.projects import lay_out
from headway.compat.hook import serving_alembic

PEER = alembic


def modules() -> dict[str, object]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "alembic"}


def test_the_installed_alembic_is_set_aside_and_put_back() -> None:
    before, path = modules(), list(sys.meta_path)
    with serving_alembic():
        import alembic as served

        assert served is not PEER
        assert "headway" in (served.__file__ or "")
    assert modules() == before
    assert sys.meta_path == path
    import alembic as again

    assert again is PEER


@pytest.mark.parametrize(
    "statement",
    [
        "from alembic import op, context",
        "import alembic.op; assert alembic.op.create_table",
        "from alembic.op import add_column, f",
        "from alembic.operations import ops; assert ops.CreateTableOp",
        "from alembic.config import Config",
        "from alembic.script import ScriptDirectory",
        "from alembic.migration import MigrationContext",
        "from alembic.runtime.migration import MigrationContext",
        "from alembic.util.exc import CommandError",
        "from alembic import command; assert command.upgrade",
        "from alembic.ddl.impl import DefaultImpl",
        "from alembic.autogenerate import rewriter; assert rewriter.Rewriter",
    ],
)
def test_what_users_write_resolves(statement: str) -> None:
    with serving_alembic():
        scope: dict[str, object] = {}
        exec(statement, scope)
        served = [m for m in scope.values() if getattr(m, "__file__", None)]
        assert all("headway" in str(getattr(module, "__file__", "")) for module in served)


def test_what_is_not_there_is_an_import_error_as_ever() -> None:
    with serving_alembic():
        with pytest.raises(ModuleNotFoundError):
            exec("import alembic.nothing.such")
        with pytest.raises(ImportError):
            exec("from alembic import nothing_such")


def test_the_same_modules_are_served_every_time() -> None:
    """A user's module may hold on to ``op``; two runs must not see two of them."""
    with serving_alembic():
        from alembic import op as first
    with serving_alembic():
        from alembic import op as second
    assert first is second


def test_it_may_be_nested_and_may_fail() -> None:
    before = modules()
    with pytest.raises(RuntimeError), serving_alembic():
        with serving_alembic():
            pass
        import alembic as served

        assert served is not PEER
        raise RuntimeError
    assert modules() == before


def test_threads_share_it() -> None:
    before = modules()
    seen: list[object] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        for _ in range(50):
            with serving_alembic():
                from alembic import op

                seen.append(op)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 400
    assert len({id(op) for op in seen}) == 1
    assert modules() == before


def test_directives_outside_of_a_migration_say_so_in_alembics_words() -> None:
    with serving_alembic():
        from alembic import context, op

        with pytest.raises(NameError, match="Can't invoke function 'create_table'"):
            op.create_table("x")
        with pytest.raises(NameError, match="Can't invoke function 'configure'"):
            context.configure()


def test_it_may_begin_and_end_while_other_threads_import() -> None:
    ended = threading.Event()
    interval = sys.getswitchinterval()

    def import_things() -> None:
        names = [f"imported_{number}" for number in range(50)]
        while not ended.is_set():
            for name in names:
                sys.modules[name] = sys
            for name in names:
                del sys.modules[name]

    thread = threading.Thread(target=import_things)
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        for _ in range(100):
            with serving_alembic():
                pass
    finally:
        ended.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert sys.modules["alembic"] is PEER


def test_the_object_behind_op_is_there_while_migrations_run_as_in_alembic(tmp_path: Path) -> None:
    lay_out(tmp_path, draw(DRAWINGS["single"]))
    (revision,) = (tmp_path / "scripts" / "versions").glob("*.py")
    asks = "print(hasattr(op, '_proxy') and op._proxy.migration_context.dialect.name)"
    body = f"from alembic import op\n\n{asks}\n\n\ndef upgrade():\n    {asks}\n\n\ndef downgrade():\n    pass\n"
    header = revision.read_text().partition("def upgrade")[0]
    revision.write_text(header + body)
    theirs = ALEMBIC("upgrade", "head", cwd=tmp_path)
    (tmp_path / "app.db").unlink()
    mine = HEADWAY("upgrade", "head", cwd=tmp_path)
    assert "sqlite" in theirs.out
    assert mine.out == theirs.out
