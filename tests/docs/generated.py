"""What is made of action.yml: the actions for one command, the tables of docs/action.md, the component for GitLab; and
the table of docs/other-linters.md, of tests/beside/rules.yml; docs/rules, of the rules' docstrings; the pages about exit
codes, configuration and JSON, of the program and its schemas; and the picture of the example's history.

``python tests/docs/generated.py`` writes them anew; a test finds what is stale.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))  # as a program it knows only its own folder

from docs.schema_tables import keys
from headway import errors
from headway.api.graph import graph
from headway.api.project import open_project
from headway.config.policy import Policy
from headway.lint.atlas import atlas_checks_of
from headway.lint.catalogue import RULES, documentation, summary
from headway.lint.squawk import SQUAWK, squawk_rules_of
from headway.runtime.options import DEFAULT_LOCK_TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "action.md"
LINTERS = ROOT / "docs" / "other-linters.md"

_EVERY = (
    "working-directory",
    "config",
    "name",
    "report-path",
    "version",
    "untrusted",
    "annotations",
    "summary",
    "comment",
    "token",
)
_RUNNING = ("requirements", "environment")
COMMANDS = {
    "lint": ("Judges new migrations from their source; executes nothing of the checkout", (*_EVERY, "base", "fail-on")),
    "drift": ("Compares the models with what the migrations make", (*_EVERY, *_RUNNING, "scratch", "url")),
    "plan": ("Writes down what an upgrade would run on a database", (*_EVERY, *_RUNNING, "url", "plan")),
    "apply": ("Runs what was planned and approved on a database", (*_EVERY, *_RUNNING, "url", "plan", "approve")),
}
"""The commands that have an action of their own: what each does, and which inputs of action.yml it takes."""

_OUTPUTS = {
    "drift": ("drift",),
    "lint": ("findings-error", "findings-warning"),
    "plan": ("pending-count", "plan-digest", "plan-path"),
    "apply": ("applied-count", "pending-count", "plan-digest"),
}
_EVERY_OUTPUT = ("result", "exit-code", "heads", "head-count", "report-path")


def manifest() -> dict[str, Any]:
    """action.yml."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return read


def generated() -> dict[Path, str]:
    """Every generated file with what it should hold."""
    files = {ROOT / command / "action.yml": action_of(command) for command in COMMANDS}
    files |= {PAGE: page(PAGE.read_text()), LINTERS: linters(LINTERS.read_text())}
    readme = ROOT / "README.md"
    listed = f"[{len(RULES)} rules](docs/rules/README.md)"
    files[readme] = re.sub(r"\[\d+ rules\]\(docs/rules/README.md\)", listed, readme.read_text())
    files |= {ROOT / "docs" / "rules" / name: text for name, text in rule_pages().items()}
    docs = ROOT / "docs"
    files |= {
        docs / "exit-codes.md": exit_codes(),
        docs / "json.md": json_page(),
        docs / "configuration.md": settings(),
    }
    files[docs / "pictures" / "storefront.svg"] = picture()
    return {**files, ROOT / "examples" / "ci" / "gitlab-component.yml": component()}


_AREAS = {
    "REV": "The history",
    "HIS": "What is released",
    "MOD": "The file",
    "DST": "What is lost",
    "CMP": "What the running release needs",
    "DAT": "What rows may break",
    "LCK": "Locks, and what a database refuses",
    "DML": "Rows",
    "TXN": "Transactions",
    "DWN": "The way back",
    "DRF": "Models and migrations",
    "DSN": "New tables",
    "SEC": "Secrets and rights",
    "CFG": "Settings",
}


def rule_pages() -> dict[str, str]:
    """A page for each rule, by its name, and the list of them."""
    note = "<!-- Made of the rule's docstring: python tests/docs/generated.py -->"
    pages = {}
    for rule in RULES:
        where = "every database" if rule.dialects is None else ", ".join(sorted(rule.dialects))
        text = re.sub(r"(?<!`)``(?!`)", "`", documentation(rule)).strip()
        answers = {"squawk": squawk_rules_of(rule.code), "Atlas": atlas_checks_of(rule.code)}
        also = "".join(f"\n\n{who}: {', '.join(names)}" for who, names in answers.items() if names)
        pages[f"{rule.code}.md"] = (
            f"{note}\n# {rule.code} {rule.name}\n\n{rule.severity.value}; {where}{also}\n\n{text}\n"
        )
    lines = [note, "# The rules of lint", ""]
    for area, title in _AREAS.items():
        lines += [f"## {title}", "", "| code | name | severity | |", "| --- | --- | --- | --- |"]
        lines += [
            f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity.value} | {summary(rule)} |"
            for rule in sorted(RULES, key=lambda rule: rule.code)
            if rule.code.startswith(area)
        ]
        lines.append("")
    pages["README.md"] = "\n".join([*lines, *_WITHOUT_RULE])
    return pages


_WITHOUT_RULE = (
    "## What has no rule",
    "",
    "Hazards of SQLite that other linters warn of, and that headway's engine does not let happen; who runs the same",
    "revisions with Alembic has them ([differences](../differences.md#batch-mode)).",
    "",
    "- A copied table whose rows others refer to, with `PRAGMA foreign_keys=ON`: the pragma is off while the table is copied,",
    "  or the batch is refused.",
    "- What a copied table would lose: triggers, views, CHECKs, indexes on expressions, `ON DELETE` of a key are kept.",
    "- The drop of a constraint without a name in a batch is [MOD014](MOD014.md), on every database.",
    "",
)


def linters(text: str) -> str:
    """The page about other linters, with the table of squawk's rules."""
    rules = yaml.safe_load((ROOT / "tests" / "beside" / "rules.yml").read_text())
    rows = ["| squawk | headway | |", "| --- | --- | --- |"]
    rows += [f"| {name} | {', '.join(SQUAWK.get(name, ()))} | {why} |" for name, why in sorted(rules.items())]
    before, rest = text.split("<!-- rules -->\n")
    return f"{before}<!-- rules -->\n" + "\n".join(rows) + "\n<!-- end -->" + rest.split("<!-- end -->")[1]


def action_of(command: str) -> str:
    """The action for one command."""
    whole = manifest()
    does, inputs = COMMANDS[command]
    described = {name: spec for name, spec in whole["inputs"].items() if name in inputs}
    outputs = {name: spec for name, spec in whole["outputs"].items() if name in (*_EVERY_OUTPUT, *_OUTPUTS[command])}
    action = {
        "name": f"headway {command}",
        "description": does,
        "author": whole["author"],
        "branding": whole["branding"],
        "inputs": described,
        "outputs": outputs,
        "runs": {"using": "docker", "image": "../Dockerfile", "env": {"INPUT_COMMAND": command}},
    }
    return _HEAD + yaml.safe_dump(action, sort_keys=False, width=1000, allow_unicode=True)


_HEAD = "# Made of action.yml by tests/docs/generated.py\n"


def component() -> str:
    """The job for GitLab, as a component. See https://docs.gitlab.com/ci/components/"""
    whole = manifest()
    taken = ("working-directory", "config", "base", "scratch", "fail-on")
    inputs = {
        "image": {"description": "The image of headway", "default": "ghcr.io/headway-migrations/headway:latest"},
        "stage": {"description": "The stage of the job", "default": "test"},
        **{
            name: {"description": " ".join(str(whole["inputs"][name]["description"]).split()), "default": str(default)}
            for name in taken
            for default in [whole["inputs"][name]["default"]]
        },
    }
    job = {
        "headway": {
            "stage": "$[[ inputs.stage ]]",
            "image": {"name": "$[[ inputs.image ]]", "entrypoint": [""]},
            "variables": {"GIT_DEPTH": "0"},
            "rules": [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}, {"if": "$CI_COMMIT_BRANCH"}],
            "script": [
                'cd "$[[ inputs.working-directory ]]"',
                "set -- --fail-on $[[ inputs.fail-on ]]",
                'if [ -n "$[[ inputs.config ]]" ]; then set -- "$@" --config "$[[ inputs.config ]]"; fi',
                'if [ -n "$[[ inputs.base ]]" ]; then set -- "$@" --base "$[[ inputs.base ]]"; fi',
                'if [ -n "$[[ inputs.scratch ]]" ]; then set -- "$@" --scratch "$[[ inputs.scratch ]]"; fi',
                'headway ci "$@" --report gitlab="$CI_PROJECT_DIR/headway-quality.json" --report junit="$CI_PROJECT_DIR/headway-junit.xml"',
            ],
            "artifacts": {
                "when": "always",
                "reports": {"codequality": "headway-quality.json", "junit": "headway-junit.xml"},
            },
        }
    }
    return (
        _HEAD
        + yaml.safe_dump({"spec": {"inputs": inputs}}, sort_keys=False, width=1000)
        + "---\n"
        + yaml.safe_dump(job, sort_keys=False, width=1000)
    )


_NOTE = "<!-- Made by tests/docs/generated.py -->\n"


def exit_codes() -> str:
    """The page about exit codes, of the README's table and of the tree in headway.errors."""
    meanings = re.findall(r"^\| (\S+) \| (.+) \|$", (ROOT / "README.md").read_text().split("## Exit codes")[1], re.M)
    rows = ["| code | meaning |", "|---|---|", *(f"| {code} | {meaning} |" for code, meaning in meanings[1:10])]
    tree = re.findall(r"(\w+) +(\d+) +(\S.*)$", errors.__doc__ or "", re.M)
    kinds = ["| code | error | when |", "|---|---|---|"]
    kinds += [f"| {code} | `{name}` | {when} |" for name, code, when in sorted(tree, key=lambda kind: int(kind[1]))]
    return _NOTE + EXIT_CODES.format(codes="\n".join(rows), kinds="\n".join(kinds))


EXIT_CODES = """# Exit codes

The same for every command. A script may depend on them.

{codes}

What 3, 4, 5, 6 and 128+N leave in the database, and what to do then, is told in [when a run stops](when-a-run-stops.md).
In `ci` and `drift` a migration that fails on a scratch database is a check that said no: 1, and not 6. The Action
ends with the same codes.

Alembic ends with 255 for every error of its own, with 1 for others and with 2 for wrong arguments.

## By the error

In Python each is a class of `headway.errors`. Their base, `HeadwayError`, is what headway serves as
`alembic.util.CommandError`.

{kinds}
"""


def settings() -> str:
    """The page about the policy, of its schema."""
    schema = json.loads((ROOT / "engine" / "headway" / "config" / "policy.schema.json").read_text())
    rows = ["| key | value | default | what it is |", "|---|---|---|---|"]
    for place, kind, what in keys(schema):
        required = " (may be missing)" not in kind and not place.endswith("…")
        default = "must be there" if required else DEFAULTS.get(place, "")
        rows.append(f"| `{place}` | {_cell(kind.removesuffix(' (may be missing)'))} | {default} | {_cell(what)} |")
    return _NOTE + SETTINGS.format(
        rows="\n".join(rows), variables="\n".join(f"| `{name}` | {what} |" for name, what in VARIABLES.items())
    )


_DEFAULTS = Policy()
DEFAULTS = {
    "expected_heads": f"`{_DEFAULTS.expected_heads}`",
    "base": "found",
    "fail_on": f"`{_DEFAULTS.fail_on}`",
    "dialects": "[told by the project](gate.md#which-database)",
    "scratch": "`auto`",
    "scratch.kinds": "`auto`",
    "stages": "all",
    "rules": "the rules' own",
    "approval.not_shown": f"`{_DEFAULTS.not_shown}`",
    "drift.not_compared": f"`{_DEFAULTS.not_compared}`",
    "targets.….lock_timeout": f"`{DEFAULT_LOCK_TIMEOUT:g}`",
}
"""What holds where a key is missing and something does."""

SETTINGS = """# Configuration

headway has two places for settings. `alembic.ini` and `[tool.alembic]` of pyproject.toml are read as Alembic reads them,
and headway wants nothing else in them. What the gate demands stands in the policy: `.headway.yml` beside them or at the
repository's root, or `[tool.headway]` of pyproject.toml, with the same keys. A project without a policy has the defaults.

`headway adopt` writes a policy, [the gate](gate.md) says what its parts are for. Every problem of a policy is reported at
once, each with its line. A pull request is judged by the policy of its base.

## The keys of the policy

`[]` stands for each item of a list, `…` for any name. [The schema](../engine/headway/config/policy.schema.json) ships for
editors.

{rows}

## All of it

```yaml
expected_heads: [checkout, community] # or a number
base: main
baseline: 27c6a30d7c24
dialects: [postgresql 16, sqlite]
tables: # or the name of a file of headway stats
  orders: large
  settings: small
  customers: 40000
  payments: {{rows: 3000000, bytes: 900000000, writes: 12000}}
url_variables: [SHOP_DSN]
app: shop.web:create_app
scratch: # or the kinds alone: [postgresql, sqlite]
  kinds: [postgresql, sqlite]
  start: schema.sql
  connection: connection
stages: # or a list of those that run
  downgrade: off
fail_on: warning
rules:
  DWN001: error
  DSN008: off
ignore:
  - code: DST001
    where: "migrations/versions/*_legacy.py"
    reason: tables of the old billing, empty since release 41
    until: 2027-06-30
approval:
  not_shown: refuse
drift:
  not_compared: refuse
  accepted:
    - item: "not-modelled table sessions_old #3fa9c210"
      reason: dropped with release 41
      owner: shop team
      until: 2027-06-30
targets:
  production:
    url: env:PRODUCTION_URL
    lock_timeout: 60
```

In pyproject.toml the same looks so:

```toml
[tool.headway]
base = "main"
dialects = ["postgresql 16"]
fail_on = "warning"

[tool.headway.rules]
DWN001 = "error"

[tool.headway.targets.production]
url = "env:PRODUCTION_URL"
lock_timeout = 60
```

## Variables of the environment

| variable | what it does |
|---|---|
{variables}
"""

VARIABLES = {
    "HEADWAY_CACHE": "the folder of [kept replays](gate.md#what-is-kept-for-the-next-run), as `--cache`",
    "HEADWAY_NO_CACHE": "`1`: no replay is kept or used, as `--no-cache`",
    "HEADWAY_FETCH": "`never`: nothing is fetched from the clone's origin",
    "HEADWAY_DEBUG": "a traceback beside the one line of an error",
    "ALEMBIC_CONFIG": "the configuration file, as for Alembic",
    "EDITOR": "what `headway edit` starts; `VISUAL` goes before it",
    "NO_COLOR": "no colours, also on a terminal",
    "FORCE_COLOR": "colours, also where there is no terminal",
}
"""Those that somebody may set; CI systems have more, which tell what is new."""


def json_page() -> str:
    """The page about JSON, of every schema that ships."""
    folder = ROOT / "engine" / "headway" / "report"
    parts = []
    for path in [*sorted(folder.glob("*.schema.json")), *sorted((folder / "schemas").glob("*.schema.json"))]:
        schema = json.loads(path.read_text())
        rows = ["| key | value | what it is |", "|---|---|---|"]
        rows += [f"| `{place}` | {_cell(kind)} | {_cell(what)} |" for place, kind, what in keys(schema)]
        source = path.relative_to(ROOT)
        parts.append(
            f"## {schema['title']}\n\n{schema['description']} [The schema](../{source}).\n\n" + "\n".join(rows) + "\n"
        )
    return _NOTE + JSON_PAGE + "\n".join(parts)


JSON_PAGE = """# JSON

`--format json` prints one document and nothing else on standard output, `--report json=FILE` writes it to a file. The key
`schema` names the form of a document. Within a form keys may be added, and none is taken away or changed. In the tables
`[]` stands for each item of a list, `…` for any name; a key may only be missing where that is said.

The documents of Alembic's listings (`heads`, `history`, `current` and the like) are shown in [listings](listings.md).

"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@cache
def picture() -> str:
    """The example's history, drawn."""
    return graph(open_project([str(ROOT / "examples" / "storefront" / "alembic.ini")]), "svg")


def table(described: dict[str, dict[str, Any]], *, defaults: bool) -> str:
    """One row for each input or output."""
    rows = ["| name | default | what it is |", "|---|---|---|"] if defaults else ["| name | what it is |", "|---|---|"]
    for name, spec in described.items():
        text = " ".join(str(spec["description"]).split()).replace("|", "\\|")
        default = f" `{spec['default']}` |" if spec.get("default") else " |"
        rows.append(f"| `{name}` |{default} {text} |" if defaults else f"| `{name}` | {text} |")
    return "\n".join(rows)


def page(text: str) -> str:
    """The page with both tables as they are now."""
    action = manifest()
    for heading, made in (
        ("Inputs", table(action["inputs"], defaults=True)),
        ("Outputs", table(action["outputs"], defaults=False)),
    ):
        text = re.sub(rf"(?s)(## {heading}\n\n).*?(\n\n## )", lambda found, made=made: found[1] + made + found[2], text)
    return text


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
