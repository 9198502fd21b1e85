"""``alembic.command`` as programs call it: return values, callbacks, a shared connection and directives are Alembic's.

The same function is called with Alembic's modules and with those that headway serves under the same names.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from compat.gallery import DRAWINGS
from compat.histories import draw
from compat.projects import SCRIPT, lay_out
from compat.test_writing import rows_of
from headway.compat.hook import serving_alembic

ENV = """\
from alembic import context

attributes = context.config.attributes


def run(**options):
    context.configure(**attributes.get("options", {}), **options)
    with context.begin_transaction():
        context.run_migrations(**attributes.get("run_args", {}))


if context.is_offline_mode():
    run(url="sqlite://", literal_binds=True)
else:
    run(connection=attributes["connection"])
"""


@dataclass
class Side:
    """One of the two, on a project of its own."""

    place: Path
    connection: sa.Connection
    command: Any
    config_type: Any
    noted: list[Any] = field(default_factory=list)

    def config(self, **attributes: Any) -> Any:
        """A configuration that shares the connection."""
        attributes = {"connection": self.connection, **attributes}
        return self.config_type("alembic.ini", stdout=io.StringIO(), output_buffer=io.StringIO(), attributes=attributes)


Use = Callable[[Side], Any]


def both(tmp_path: Path, use: Use, drawing: str = "fork with labels") -> list[Any]:
    """What ``use`` returns for headway and for Alembic."""
    found = []
    for served in (serving_alembic, contextlib.nullcontext):
        place = tmp_path / "project"
        place.mkdir()
        lay_out(place, draw(DRAWINGS[drawing]))
        (place / "scripts" / "env.py").write_text(ENV)
        (place / "scripts" / "script.py.mako").write_text(SCRIPT)
        engine = sa.create_engine(f"sqlite:///{place / 'app.db'}", poolclass=NullPool)
        with contextlib.chdir(place), served(), warnings.catch_warnings(), engine.connect() as connection:
            warnings.simplefilter("ignore")
            with contextlib.redirect_stdout(io.StringIO()):
                command, config = importlib.import_module("alembic.command"), importlib.import_module("alembic.config")
                found.append(use(Side(place, connection, command, config.Config)))
        shutil.rmtree(place)
    return found


def script(found: Any) -> Any:
    """A Script, or several, as what it tells."""
    if found is None or isinstance(found, list):
        return found and [script(one) for one in found]
    return (
        found.revision,
        found.down_revision,
        found.dependencies,
        found.doc,
        found.is_head,
        found.is_branch_point,
        found.is_merge_point,
        Path(found.path).name,
        re.sub("Create Date.*", "", found.longdoc),
    )


CALLS: dict[str, Use] = {
    "revision": lambda s: script(s.command.revision(s.config(), "m", rev_id="n1", head="dddd04")),
    "revision without a message": lambda s: script(s.command.revision(s.config(), rev_id="n1", head="dddd04")),
    "revision with head None": lambda s: (
        s.command.merge(s.config(), "heads", rev_id="n0"),
        script(s.command.revision(s.config(), "m", rev_id="n1", head=None)),
    )[1],
    "revision on a list of heads": lambda s: script(
        s.command.revision(s.config(), "m", rev_id="n1", head=["dddd04", "cccc03"])
    ),
    "revision with a list of labels": lambda s: script(
        s.command.revision(s.config(), "m", rev_id="n1", head="base", branch_label=["one", "two"])
    ),
    "revision with a list of dependencies": lambda s: script(
        s.command.revision(s.config(), "m", rev_id="n1", head="dddd04", depends_on=["cccc03", "left"])
    ),
    "revision with a tuple of dependencies": lambda s: script(
        s.command.revision(s.config(), "m", rev_id="n1", head="dddd04", depends_on=("cccc03",))
    ),
    "merge": lambda s: script(s.command.merge(s.config(), "heads", "m", rev_id="n1")),
    "merge of a list": lambda s: script(s.command.merge(s.config(), ["dddd04", "cccc03"], rev_id="n1")),
    "merge of a tuple": lambda s: script(
        s.command.merge(s.config(), ("dddd04", "cccc03"), message="m", branch_label="x", rev_id="n1")
    ),
    "upgrade": lambda s: (s.command.upgrade(s.config(), "heads"), rows(s)),
    "upgrade twice": lambda s: [(s.command.upgrade(s.config(), target), rows(s)) for target in ("aaaa01", "heads")],
    "downgrade": lambda s: (
        s.command.upgrade(s.config(), "heads"),
        s.command.downgrade(s.config(), "left@-1"),
        rows(s),
    ),
    "stamp": lambda s: (s.command.stamp(s.config(), "heads"), rows(s)),
    "stamp a list": lambda s: (s.command.stamp(s.config(), ["dddd04", "cccc03"]), rows(s)),
    "stamp and purge": lambda s: (
        s.command.stamp(s.config(), "heads"),
        s.command.stamp(s.config(), "aaaa01", purge=True),
        rows(s),
    ),
    "ensure_version": lambda s: (s.command.ensure_version(s.config()), rows(s)),
    "current": lambda s: printed(s, s.command.current),
    "heads": lambda s: printed(s, s.command.heads, verbose=True),
    "history": lambda s: printed(s, s.command.history, rev_range="aaaa01:", indicate_current=True),
    "branches": lambda s: printed(s, s.command.branches)[:1],
    "show": lambda s: printed(s, s.command.show, "aaaa01")[:1],
    "upgrade --sql into a buffer": lambda s: script_of(s, "upgrade", "heads"),
    "downgrade --sql into a buffer": lambda s: script_of(s, "downgrade", "dddd04:base", tag="T"),
    "stamp --sql into a buffer": lambda s: script_of(s, "stamp", "aaaa01:dddd04"),
}


@pytest.mark.parametrize("call", CALLS)
def test_what_a_call_returns_and_leaves(call: str, tmp_path: Path) -> None:
    mine, theirs = both(tmp_path, CALLS[call])
    assert mine == theirs


@pytest.mark.parametrize("drawing", ["fork with labels", "diamond with a tail", "merge with a dependency", "two bases"])
def test_what_on_version_apply_is_told(drawing: str, tmp_path: Path) -> None:
    def use(side: Side) -> list[Any]:
        def note(**told: Any) -> None:
            assert isinstance(told["heads"], set)
            step = told["step"]
            side.noted.append(
                [
                    sorted(told),
                    type(told["ctx"]).__name__,
                    sorted(told["heads"]),
                    told["run_args"],
                    (step.is_upgrade, step.is_stamp, step.is_migration, step.up_revision_id),
                    *(sorted(getattr(step, name)) for name in ID_LISTS),
                    *(sorted(one.revision for one in getattr(step, name)) for name in SCRIPT_LISTS),
                    step.up_revision and step.up_revision.revision,
                ]
            )

        options = {"on_version_apply": [note, lambda **told: side.noted.append("the second")]}
        for run, target in (("upgrade", "heads"), ("downgrade", "base"), ("stamp", "heads"), ("stamp", "base")):
            side.noted.append(run)
            getattr(side.command, run)(side.config(options=options, run_args={"a": 1}), target)
        return side.noted

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("compat.projects.revision_source", _taking_arguments(), raising=True)
        mine, theirs = both(tmp_path, use, drawing)
    assert mine == theirs
    assert len(mine) > 10


def test_one_callback_needs_no_list(tmp_path: Path) -> None:
    def use(side: Side) -> list[Any]:
        options = {"on_version_apply": lambda ctx, step, heads, run_args, **kw: side.noted.append(step.up_revision_id)}
        side.command.upgrade(side.config(options=options), "left@head")
        return side.noted

    assert both(tmp_path, use) == [["aaaa01", "bbbb02", "dddd04"]] * 2


@pytest.mark.parametrize("autogenerate", [False, True])
def test_directives(autogenerate: bool, tmp_path: Path) -> None:
    """The argument's hook comes before that of env.py; both see the heads and may change everything."""

    def use(side: Side) -> list[Any]:
        def hook(name: str) -> Callable[..., None]:
            def process(context: Any, revision: Any, directives: list[Any]) -> None:
                (made,) = directives
                seen = (name, type(context).__name__, tuple(revision), type(made).__name__, made.rev_id, made.message)
                side.noted.append((*seen, made.head, made.splice, made.branch_label, made.depends_on))
                side.noted.append((type(made.upgrade_ops).__name__, len(made.upgrade_ops.ops)))
                made.message = f"{made.message} by {name}"

            return process

        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        side.command.upgrade(side.config(), "heads")
        options = {"process_revision_directives": hook("env.py"), "target_metadata": metadata}
        ini = side.place / "alembic.ini"
        ini.write_text(f"{ini.read_text()}revision_environment = true\n")
        made = side.command.revision(
            side.config(options=options),
            "m",
            autogenerate=autogenerate,
            rev_id="n1",
            head="dddd04",
            process_revision_directives=hook("the argument"),
        )
        text = re.sub("Create Date.*", "", Path(made.path).read_text())
        return [*side.noted, script(made), text]

    mine, theirs = both(tmp_path, use)
    assert mine == theirs
    assert mine[0][0] == "the argument"


def test_directives_may_ask_for_no_file_or_for_several(tmp_path: Path) -> None:
    def use(side: Side) -> list[Any]:
        ini = side.place / "alembic.ini"
        ini.write_text(f"{ini.read_text()}revision_environment = true\n")
        ops = importlib.import_module("alembic.operations.ops")

        def several(context: Any, revision: Any, directives: list[Any]) -> None:
            directives[:] = [
                ops.MigrationScript(id_, ops.UpgradeOps([]), ops.DowngradeOps([]), message=f"{id_}!", head=head)
                for id_, head in (("n1", "dddd04"), ("n2", "cccc03"))
            ]

        def none(context: Any, revision: Any, directives: list[Any]) -> None:
            directives[:] = []

        def make(hook: Any) -> Any:
            return side.command.revision(side.config(), "m", head="dddd04", process_revision_directives=hook)

        made = [make(none), script(make(several))]
        return [*made, sorted(path.name for path in (side.place / "scripts/versions").glob("*.py"))]

    mine, theirs = both(tmp_path, use)
    assert mine == theirs


def test_a_shared_connection_keeps_its_transaction(tmp_path: Path) -> None:
    """Whoever began it ends it: what the commands did goes with the caller's rollback."""

    def use(side: Side) -> list[Any]:
        with side.connection.begin() as transaction:
            side.command.upgrade(side.config(), "aaaa01")
            within = rows_within(side.connection)
            assert side.connection.in_transaction()
            transaction.rollback()
        return [within, rows(side)]

    mine, theirs = both(tmp_path, use)
    assert mine == theirs
    assert mine[0] == ["aaaa01"]


# -- helpers ----------------------------------------------------------------------------------------------------

ID_LISTS = ("up_revision_ids", "down_revision_ids", "source_revision_ids", "destination_revision_ids")
SCRIPT_LISTS = ("up_revisions", "down_revisions", "source_revisions", "destination_revisions")


def rows(side: Side) -> list[str] | None:
    """What is in the version table."""
    return rows_of(side.place / "app.db")


def rows_within(connection: sa.Connection) -> list[str]:
    """What the connection sees in the version table."""
    return sorted(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))


def printed(side: Side, function: Any, *arguments: Any, **keywords: Any) -> list[Any]:
    """What a listing returns and prints, on a database that is on aaaa01."""
    side.command.stamp(side.config(), "aaaa01")
    config = side.config()
    returned = function(config, *arguments, **keywords)
    return [returned, config.stdout.getvalue()]


def script_of(side: Side, name: str, target: str, **keywords: Any) -> list[Any]:
    """What an SQL script command returns and writes into the buffer."""
    config = side.config()
    returned = getattr(side.command, name)(config, target, sql=True, **keywords)
    return [returned, config.output_buffer.getvalue()]


def _taking_arguments() -> Callable[[Any], str]:
    from compat.projects import revision_source

    return lambda row: revision_source(row).replace("() -> None", "(a: int = 0) -> None")
