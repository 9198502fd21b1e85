"""``headway ci``."""

from __future__ import annotations

from headway.report.model import Report
from headway_cli import options as opt


def ci(
    config: opt.ConfigsOfProjects = None,
    name: opt.SectionNames = None,
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    base: opt.Base = None,
    all: opt.AllRevisions = False,
    scratch: opt.ScratchKinds = None,
    cache: opt.Cache = None,
    no_cache: opt.NoCache = False,
    stages: opt.Stages = None,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    fail_on: opt.FailOnOption = None,
    format: opt.OutputFormat = opt.Format.TEXT,
    report: opt.Reports = None,
    explain: opt.Explain = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
) -> None:
    """Run the whole gate on this project.

    Five stages, in order: graph (heads, missing parents, duplicate ids), lint (what locks, loses or breaks), replay (an
    empty scratch database upgraded to the heads), drift (models against the replayed schema), downgrade (new revisions
    down and up again).

    Ends with 0 when clean, 1 for findings or drift, 2 when the project cannot be read, 3 when a database cannot be
    reached. Stages that could not run are named and fail the run; with --untrusted the last three are left out, and named.
    """
    from headway.api.ci import choose_stages, scratch_kinds
    from headway.api.ci import ci as run
    from headway.api.kept_replay import cache_folder
    from headway.api.lint import LintOptions
    from headway.api.project import open_project
    from headway.api.several import judge_several
    from headway.config.load import configurations
    from headway.errors import HeadwayError
    from headway.lint.catalogue import select as select_rules
    from headway_cli.progress import progress

    opt.check_reports(report)
    try:
        rules = select_rules(tuple(select or ()), tuple(ignore or ()))
        lint_options = LintOptions(
            base=base, all=all, rules=rules, scratch=tuple(scratch or ()), fail_on=opt.severity(fail_on)
        )

        def judge(files: tuple[str, ...], section: str) -> Report:
            project = open_project(files, section, untrusted=untrusted, base=base, x=x or ())
            wanted = choose_stages(project, stages or ())
            kinds = scratch_kinds(project, scratch or ())
            folder = cache_folder(project, cache, off=no_cache)
            with progress(quiet=quiet) as shown:
                return run(
                    project,
                    kinds,
                    lint_options,
                    opt.today(),
                    shown.line,
                    stages=wanted,
                    log=verbose,
                    cache=folder,
                    at=shown.at,
                )

        result = judge_several("ci", configurations(config or (), name or ()), judge)
    except HeadwayError as error:
        opt.fail("ci", error, format, report, config, name)
    opt.finish(result, format, report, no_color=no_color, verbose=verbose, explain=explain)
