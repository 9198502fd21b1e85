"""``list_templates``: what ``init`` can make."""

from __future__ import annotations

import os

from headway.config.model import Config


def list_templates(config: Config) -> None:
    """Prints each template with the first line of its README."""
    directory = config.get_template_directory()
    config.print_stdout("Available templates:\n")
    for name in sorted(os.listdir(directory)):
        readme = os.path.join(directory, name, "README")
        if os.path.isfile(readme):
            with open(readme, encoding="utf-8") as file:
                config.print_stdout("%s - %s", name, file.readline().strip())
    config.print_stdout("\nTemplates are used via the 'init' command, e.g.:")
    config.print_stdout("\n  headway init --template generic ./scripts")
