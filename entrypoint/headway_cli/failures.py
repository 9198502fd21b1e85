"""What happens when something goes wrong: one line on standard error, an exit code, never a traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from headway.errors import ConfigError, HeadwayError
from headway.masking import Masking
from headway.process import replaced
from headway.redact import redact, redacted_line
from headway.signals import Terminated, account, ended_by_signals

BUG = 70


class Outcome:
    """How the program ends."""

    def __init__(self) -> None:
        self.exit_code = 0


@contextmanager
def reported(arguments: Sequence[str]) -> Iterator[Outcome]:
    """Runs the block and turns what it raises into a line on standard error and an exit code."""
    outcome = Outcome()
    with ended_by_signals() as signals, replaced(sys, "stderr", Masking):
        try:
            try:
                yield outcome
            finally:
                signals.over()  # one more must not cut off what is said about the first
        except HeadwayError as error:
            _show_trace(error, arguments)
            outcome.exit_code = _say(error)
        except Terminated as error:
            outcome.exit_code = _say_ended(error)
            signals.last = True
        except KeyboardInterrupt:
            outcome.exit_code = _say_ended(Terminated(signal.SIGINT))
        except BrokenPipeError:
            # The reader (head, less) went away: not an error. Python would complain again when it flushes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except SystemExit as error:
            outcome.exit_code = error.code if isinstance(error.code, int) else 0 if error.code is None else 2
        except Exception as error:  # noqa: BLE001  # the last line of defence
            _show_trace(error, arguments)
            outcome.exit_code = _say_unexpected(error, arguments)


def _say_ended(ended: Terminated) -> int:
    told = account()
    print(f"headway: ended by signal {ended.number}{'' if told is None else f'. {redact(told)}'}", file=sys.stderr)
    return 128 + ended.number


def _show_trace(error: Exception, arguments: Sequence[str]) -> None:
    """The whole traceback, for who asked for it."""
    if "--raiseerr" in arguments or os.environ.get("HEADWAY_DEBUG"):
        import traceback

        print(redact("".join(traceback.format_exception(error))), file=sys.stderr)


def _say(error: HeadwayError) -> int:
    print(f"FAILED: {redacted_line(error)}", file=sys.stderr)
    return error.exit_code


def _old_sqlalchemy(error: Exception) -> HeadwayError | None:
    """The error for a project whose SQLAlchemy is older than what headway is written on, which shows when we import it."""
    version = str(getattr(sys.modules.get("sqlalchemy"), "__version__", ""))
    if not version.startswith(("0.", "1.")) or not isinstance(error, (ImportError, AttributeError)):
        return None
    return ConfigError(
        f"this project has SQLAlchemy {version}, and whatever opens a database needs 2.0 or newer",
        hint="Upgrade SQLAlchemy (https://docs.sqlalchemy.org/en/20/changelog/migration_20.html); 'headway lint', 'graph' "
        "and 'forecast' judge the project as it is.",
    )


def _say_unexpected(error: Exception, arguments: Sequence[str]) -> int:
    """An exception of the user's code or of the database is explained; anything else is a bug of ours."""
    explained = _old_sqlalchemy(error)
    if explained is not None:
        return _say(explained)
    if "sqlalchemy" in sys.modules or "env_py" in str(error.__traceback__):
        from headway.runtime.failures import explain

        explained = explain(error)
    if explained is not None:
        return _say(explained)
    text = redact(" ".join(str(error).split())) or "no message"
    print(
        f"FAILED: a bug in headway: {type(error).__name__}: {text}. "
        "HEADWAY_DEBUG=1 shows where; please report it with the command you ran.",
        file=sys.stderr,
    )
    return BUG
