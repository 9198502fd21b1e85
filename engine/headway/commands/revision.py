"""``revision``: writes a new revision file, empty or with the difference between models and database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from headway.config.model import Config
from headway.errors import UsageError
from headway.runtime.script_directory import ScriptDirectory
from headway.script.script_file import ScriptFile


def revision(
    config: Config,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str | list[str] = "head",
    splice: bool = False,
    branch_label: Any = None,
    version_path: str | None = None,
    rev_id: str | None = None,
    depends_on: Any = None,
    process_revision_directives: Callable[..., None] | None = None,
) -> ScriptFile | list[ScriptFile | None] | None:
    """Writes the file and returns its ScriptFile; a list when env.py's hooks ask for several or for none.

    Raises CheckFailed when ``autogenerate`` finds the database behind the heads, UsageError for options that
    contradict each other, RevisionError for a head that cannot be resolved.
    """
    script = ScriptDirectory.of_project(config)
    arguments = {
        "message": message,
        "autogenerate": autogenerate,
        "sql": sql,
        "head": head,
        "splice": splice,
        "branch_label": branch_label,
        "version_path": version_path,
        "rev_id": rev_id,
        "depends_on": depends_on,
    }
    if sql and autogenerate:
        raise UsageError("Using --sql with --autogenerate does not make any sense")
    runs_environment = autogenerate or config.get_alembic_boolean_option("revision_environment")
    if sql and not runs_environment:
        raise UsageError(
            "Using --sql with the revision command when revision_environment is not configured does not make any sense"
        )
    if not runs_environment and process_revision_directives is None:
        return _plain(script, config, arguments)
    return _with_environment(script, config, arguments, process_revision_directives, runs_environment)


def run_environment_if_wanted(config: Config, script: ScriptDirectory, template_args: dict[str, Any]) -> None:
    """Runs env.py before a file is written when ``revision_environment`` is set, so that it can add to the template."""
    if not config.get_alembic_boolean_option("revision_environment"):
        return
    from headway.runtime.environment import EnvironmentContext

    def nothing(heads: tuple[str, ...], context: Any) -> Iterable[Any]:
        return ()

    EnvironmentContext(config, script, fn=nothing, as_sql=False, template_args=template_args).run()


def _plain(script: ScriptDirectory, config: Config, arguments: dict[str, Any]) -> ScriptFile:
    """The common case needs no env.py and no SQLAlchemy."""
    from headway.script.writer import generate_revision
    from headway.script.writer import rev_id as new_id

    return generate_revision(
        script,
        config,
        arguments["rev_id"] or new_id(),
        arguments["message"],
        head=arguments["head"],
        splice=arguments["splice"],
        branch_labels=arguments["branch_label"],
        version_path=arguments["version_path"],
        depends_on=arguments["depends_on"],
        template_args={"config": config},
    )


def _with_environment(
    script: ScriptDirectory,
    config: Config,
    arguments: dict[str, Any],
    process_revision_directives: Callable[..., None] | None,
    runs_environment: bool,
) -> ScriptFile | list[ScriptFile | None] | None:
    from headway.autogenerate.revision import RevisionContext
    from headway.runtime.environment import EnvironmentContext

    revisions = RevisionContext(config, script, arguments, process_revision_directives)

    def compare(heads: tuple[str, ...], context: Any) -> Iterable[Any]:
        if arguments["autogenerate"]:
            revisions.require_at_heads(heads)
            revisions.run_autogenerate(heads, context)
        else:
            revisions.run_no_autogenerate(heads, context)
        return ()

    if runs_environment:
        EnvironmentContext(
            config,
            script,
            fn=compare,
            as_sql=arguments["sql"],
            template_args=revisions.template_args,
            revision_context=revisions,
            dont_mutate=not arguments["autogenerate"],
        ).run()
    written = list(revisions.generate_scripts())
    return written[0] if len(written) == 1 else written
