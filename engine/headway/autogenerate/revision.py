"""RevisionContext: from a comparison to revision files, for one database or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from headway.autogenerate.api import fill
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import render_body
from headway.config.model import Config
from headway.errors import CheckFailed
from headway.operations.containers import DowngradeOps, MigrationScript, UpgradeOps
from headway.revision.route import known
from headway.script.directory import RevisionDirectory
from headway.script.script_file import ScriptFile
from headway.script.writer import generate_revision, rev_id


class RevisionContext:
    """What the ``revision`` and ``check`` verbs gather while env.py runs."""

    def __init__(
        self,
        config: Config,
        script_directory: RevisionDirectory,
        command_args: Mapping[str, Any],
        process_revision_directives: Callable[..., None] | None = None,
    ) -> None:
        self.config = config
        self.script_directory = script_directory
        self.command_args = dict(command_args)
        self.process_revision_directives = process_revision_directives
        self.template_args: dict[str, Any] = {"config": config}
        self.generated_revisions: list[MigrationScript] = [self._default_revision()]

    def require_at_heads(self, heads: tuple[str, ...]) -> None:
        """Raises CheckFailed unless the database is on every head, RevisionError for a row that the history lacks."""
        graph = self.script_directory.history
        if set(known(graph, heads)) != set(graph.real_heads):
            raise CheckFailed("Target database is not up to date.", hint="Run 'headway upgrade heads' first.")

    def run_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Compares one database with its models."""
        self._run(rev, migration_context, compare=True)

    def run_no_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Lets env.py's hooks fill an empty revision."""
        self._run(rev, migration_context, compare=False)

    def generate_scripts(self) -> Iterator[ScriptFile | None]:
        """Writes the files."""
        for generated in self.generated_revisions:
            yield self._write(generated)

    def _default_revision(self) -> MigrationScript:
        arguments = self.command_args
        return MigrationScript(
            rev_id=arguments["rev_id"] or rev_id(),
            message=arguments["message"],
            upgrade_ops=UpgradeOps([]),
            downgrade_ops=DowngradeOps([]),
            head=arguments["head"],
            splice=arguments["splice"],
            branch_label=arguments["branch_label"],
            version_path=arguments["version_path"],
            depends_on=arguments["depends_on"],
        )

    def _run(self, rev: Any, migration_context: Any, *, compare: bool) -> None:
        options = migration_context.opts
        self.template_args |= options.get("template_args") or {}
        script = self.generated_revisions[-1]
        if not script._needs_render:
            # The first database fills the empty halves, each further one brings its own.
            script.upgrade_ops_list[-1].upgrade_token = options["upgrade_token"]
            script.downgrade_ops_list[-1].downgrade_token = options["downgrade_token"]
            script._needs_render = True
        else:
            script.upgrade_ops_list.append(UpgradeOps([], upgrade_token=options["upgrade_token"]))
            script.downgrade_ops_list.append(DowngradeOps([], downgrade_token=options["downgrade_token"]))
        autogen = AutogenContext(migration_context, autogenerate=compare)
        if compare:
            fill(autogen, script)
        for hook in (self.process_revision_directives, options.get("process_revision_directives")):
            if hook is not None:
                hook(migration_context, rev, self.generated_revisions)
        for generated in self.generated_revisions:
            generated._autogen = autogen  # type: ignore[attr-defined]  # what rendering needs to know of the run

    def _write(self, generated: MigrationScript) -> ScriptFile:
        template_args = dict(self.template_args)
        autogen = getattr(generated, "_autogen", None)
        if autogen is not None:
            autogen.imports |= generated.imports
            for upgrade in generated.upgrade_ops_list:
                template_args[upgrade.upgrade_token] = render_body(autogen, upgrade)
            for downgrade in generated.downgrade_ops_list:
                template_args[downgrade.downgrade_token] = render_body(autogen, downgrade)
            template_args["imports"] = "\n".join(sorted(autogen.imports))
        return generate_revision(
            self.script_directory,
            self.config,
            generated.rev_id or rev_id(),
            generated.message,
            head=generated.head,
            splice=generated.splice,
            branch_labels=generated.branch_label,
            version_path=generated.version_path,
            depends_on=generated.depends_on,
            template_args=template_args,
        )
