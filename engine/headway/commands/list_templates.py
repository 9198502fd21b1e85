"""``list_templates``: what ``init`` can make."""

from __future__ import annotations

import os

from headway.commands.listing import print_json, wants_json
from headway.config.model import Config


def list_templates(config: Config) -> None:
    """Prints each template with the first line of its README."""
    found = _templates(config.get_template_directory())
    if wants_json(config):
        print_json(config, {"templates": [{"name": name, "description": text} for name, text in found.items()]})
        return
    config.print_stdout("Available templates:\n")
    for name, text in found.items():
        config.print_stdout("%s - %s", name, text)
    config.print_stdout("\nTemplates are used via the 'init' command, e.g.:")
    config.print_stdout("\n  headway init --template generic ./scripts")


def _templates(directory: str) -> dict[str, str]:
    """Each template with the first line of its README."""
    found = {}
    for name in sorted(os.listdir(directory)):
        readme = os.path.join(directory, name, "README")
        if os.path.isfile(readme):
            with open(readme, encoding="utf-8") as file:
                found[name] = file.readline().strip()
    return found
