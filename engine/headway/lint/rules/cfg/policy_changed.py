"""CFG006."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule


class PolicyChanged(Rule):
    """The pull request changes the policy that it is judged by.

    ## What
    ``.headway.yml``, or ``[tool.headway]`` of pyproject.toml, is another one than on the base branch.

    ## Why
    A pull request is judged by the policy of its base: accepted findings and drift, severities, stages, expected heads
    and baselines of its own would switch the gate off for itself. The change counts after the merge.

    ## Bad
    ```yaml
    # in the pull request that drops the table
    rules: {DST001: off}
    ```

    ## Good
    ```yaml
    # in a pull request of its own, merged first
    rules: {DST001: off}
    ```

    ## When to ignore
    It fails nothing by itself, and is there to be read by whoever approves the change.
    """

    code = "CFG006"
    name = "policy-changed"
    severity = Severity.WARNING

    def check(self, facts: Facts) -> Iterator[Finding]:
        if facts.policy_changed is not None:
            yield self.finding(
                f"this pull request changes the policy, and is judged by that of {facts.base_name}: the change counts "
                "after the merge",
                "read what it loosens before you approve it; where the gate needs it, merge it first",
                Span(facts.policy_changed, 1),
            )
