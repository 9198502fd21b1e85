"""What is made of action.yml: the actions for one command, the tables of docs/action.md, the component for GitLab; and
the table of docs/other-linters.md, of tests/beside/rules.yml; and docs/rules, of the rules' docstrings.

``python tests/docs/generated.py`` writes them anew; a test finds what is stale.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from headway.lint.catalogue import RULES, documentation, summary
from headway.lint.squawk import SQUAWK, squawk_rules_of

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
        answers = squawk_rules_of(rule.code)
        also = f"\n\nsquawk: {', '.join(answers)}" if answers else ""
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
    pages["README.md"] = "\n".join(lines)
    return pages


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
