"""What the project's code sees of the job's environment: a list of what it may, never a list of what it may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_SYSTEM = frozenset(
    [
        "PATH",
        "LANG",
        "LANGUAGE",
        "LC_ALL",
        "LC_CTYPE",
        "LC_MESSAGES",
        "TZ",
        "TERM",
        "COLUMNS",
        "NO_COLOR",
        "FORCE_COLOR",
        "CI",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "PYTHONSAFEPATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED",
        "PYTHONUTF8",
        "PYTHONIOENCODING",
        "SOURCE_DATE_EPOCH",
    ]
)
_OF_THE_JOB = frozenset(
    [
        "GITHUB_ACTIONS",
        "GITHUB_ACTOR",
        "GITHUB_BASE_REF",
        "GITHUB_EVENT_NAME",
        "GITHUB_EVENT_PATH",
        "GITHUB_HEAD_REF",
        "GITHUB_JOB",
        "GITHUB_REF",
        "GITHUB_REF_NAME",
        "GITHUB_REF_TYPE",
        "GITHUB_REPOSITORY",
        "GITHUB_RUN_ATTEMPT",
        "GITHUB_RUN_ID",
        "GITHUB_RUN_NUMBER",
        "GITHUB_SERVER_URL",
        "GITHUB_SHA",
        "GITHUB_WORKFLOW",
        "RUNNER_ARCH",
        "RUNNER_DEBUG",
        "RUNNER_OS",
    ]
)
_OURS = frozenset(["HEADWAY_CACHE", "HEADWAY_DEBUG", "HEADWAY_FETCH", "HEADWAY_NO_CACHE"])
_NETWORK = frozenset(
    name for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY") for name in (proxy, proxy.lower())
)
_OF_INSTALLERS = ("UV_", "PIP_", "POETRY_HTTP_BASIC_", "POETRY_PYPI_TOKEN_", "PDM_", "NETRC")


def for_the_project(environment: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """What the project's code sees: what tells it where it runs, and the variables that the workflow has ``named``."""
    passed = {*_SYSTEM, *_OF_THE_JOB, *_OURS, *named}
    return {name: value for name, value in environment.items() if name in passed}


def for_git(environment: Mapping[str, str]) -> dict[str, str]:
    """What the process sees that fetches the base branch; nothing of the project runs in it."""
    passed = {*_SYSTEM, *_OF_THE_JOB, *_OURS, *_NETWORK}
    return {name: value for name, value in environment.items() if name in passed}


def for_the_installer(environment: Mapping[str, str]) -> dict[str, str]:
    """What the process sees that installs the project's packages: indexes with their credentials too."""
    passed = {*_SYSTEM, *_NETWORK}
    return {name: value for name, value in environment.items() if name in passed or name.startswith(_OF_INSTALLERS)}


def credentials(environment: Mapping[str, str]) -> list[str]:
    """The values among those for the installer that are secrets by their name, or carry one in a URL; to be masked."""
    telling = ("PASSWORD", "TOKEN", "SECRET")
    return [
        value
        for name, value in for_the_installer(environment).items()
        if value and (any(word in name.upper() for word in telling) or ("://" in value and "@" in value))
    ]


def withheld(environment: Mapping[str, str], named: Iterable[str], texts: Iterable[str]) -> list[str]:
    """The variables of the job that the project's code did not see, and that one of the texts speaks of."""
    seen = for_the_project(environment, named)
    said = "\n".join(texts).casefold()
    return sorted(
        name
        for name in environment
        if name not in seen
        and not name.startswith(("INPUT_", "GITHUB_", "ACTIONS_", "RUNNER_"))
        and _speaks(said, name)
    )


def _speaks(text: str, name: str) -> bool:
    name = name.casefold()
    at = text.find(name)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(name) : at + len(name) + 1]
        if not any(letter.isalnum() or letter == "_" for letter in around):
            return len(name) > 3  # HOME or PWD in a text is no sign
        at = text.find(name, at + 1)
    return False
