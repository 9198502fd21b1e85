"""``headway drift``."""

from __future__ import annotations

from headway_cli import options as opt


def drift(
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    scratch: opt.ScratchKinds = None,
    url: opt.LiveUrl = None,
    cache: opt.Cache = None,
    no_cache: opt.NoCache = False,
    format: opt.OutputFormat = opt.Format.TEXT,
    report: opt.Reports = None,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
) -> None:
    """Compare the models with the migrations.

    Upgrades an empty scratch database to the heads and shows what the models ask for that is not there, as the
    operations that would mend it.

    With --url a live database is compared too, with what the migrations make up to where it stands: what it has that no
    migration makes, and what it lacks. It is read only, and its server is told to refuse every change.
    """
    from headway.api.ci import scratch_kinds
    from headway.api.drift import drift as run
    from headway.api.kept_replay import cache_folder
    from headway.api.project import open_project, refuse_untrusted
    from headway.errors import HeadwayError
    from headway_cli.progress import progress

    opt.check_reports(report)
    try:
        refuse_untrusted("drift", untrusted)
        project = open_project(config or (), name, untrusted=untrusted, x=x or ())
        kinds = scratch_kinds(project, scratch or ())
        folder = cache_folder(project, cache, off=no_cache)
        with progress(quiet=quiet) as shown:
            result = run(project, kinds, opt.today(), shown.line, url=url, cache=folder, at=shown.at)
    except HeadwayError as error:
        opt.fail("drift", error, format, report, config, name)
    opt.finish(result, format, report, no_color=no_color)
