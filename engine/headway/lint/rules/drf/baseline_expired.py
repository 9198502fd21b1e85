"""DRF009."""

from __future__ import annotations

from collections.abc import Iterator

from headway.config.policy import AcceptedDrift
from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule


class BaselineExpired(Rule):
    """An accepted difference is past its date, or is not there any more.

    ## What
    ``drift.accepted`` of the policy names differences between models and migrations that fail nothing. Found by the
    stage ``drift`` of ``headway ci`` and by ``headway drift``, for an entry that no difference of this run has the key
    of, and for one whose ``until`` has passed.

    ## Why
    An entry that fits nothing hides the same difference when it comes back. One past its date accepts nothing any
    more: somebody has promised to mend it by that day.

    ## Bad
    ```yaml
    drift:
      accepted:
        - item: "not-modelled table sessions_old #3fa9c210"
          reason: dropped with release 41
          until: 2020-01-31
    ```

    ## Good
    ```yaml
    drift:
      accepted: []
    ```

    ## When to ignore
    The difference shows on some of the runs only, such as those on another database.
    """

    code = "DRF009"
    name = "baseline-expired"
    severity = Severity.WARNING
    by_source = False

    def check(self, facts: Facts) -> Iterator[Finding]:
        return iter(())  # the source does not tell; see expired()

    def expired(self, entry: AcceptedDrift, why: str, policy: str | None) -> Finding:
        """The finding for one entry of the policy; ``why`` says what is wrong with it."""
        place = None if policy is None else Span(policy, entry.line or 1)
        return self.finding(
            f"the accepted difference '{entry.item}' {why}", "take the entry out of drift.accepted", place
        )
