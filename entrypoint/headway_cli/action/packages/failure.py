"""What an installer's last words mean: which of network, index, resolution, build, syntax or Python it was. Pure."""

from __future__ import annotations

import re

from headway.redact import redact

_SIGNS: tuple[tuple[str, str, str], ...] = (
    (
        "Python",
        r"requires-python|Requires-Python|incompatible with the project's Python|depends on Python|requires Python|No interpreter found",
        "The image has one Python; use an image with the version that the project wants, or the action 'setup'.",
    ),
    (
        "network",
        r"dns error|error sending request|Connection refused|timed out|tls handshake|certificate|Connection reset|"
        r"Could not connect|network is unreachable|failed to lookup address|client error \(Connect\)",
        "Can the job reach the index? A proxy goes into HTTPS_PROXY, a certificate of your own into SSL_CERT_FILE.",
    ),
    (
        "index",
        r"401 Unauthorized|403 Forbidden|404 Not Found|HTTP status (client|server) error|was not found in the package registry|"
        r"authentication|502|503",
        "Name a private index in UV_INDEX or PIP_INDEX_URL under env:, with its credentials from secrets.",
    ),
    (
        "build",
        r"Failed to build|build backend|Call to `[^`]*build|No module named 'setuptools'|command '.*(gcc|cc|clang)",
        "A package without a wheel for this image has to be built, and the image has no compiler: pin a version with "
        "wheels, or use an image of your own.",
    ),
    (
        "syntax",
        r"Couldn't parse|TOML parse error|Failed to parse|Expected|Invalid|Unexpected|is not a valid",
        "Mend the file that is named.",
    ),
    (
        "resolution",
        r"No solution found|because .* depends on|unsatisfiable|Hash mismatch|conflict",
        "Write the lock file anew, or loosen a version.",
    ),
)


def explained(said: str) -> tuple[str, str, str]:
    """The kind of a failure, the installer's own words on it in at most 600 characters, and the remedy."""
    words = redact(" ".join(re.sub(r"[^\x20-\x7e]+", " ", said).split()))
    for kind, pattern, remedy in _SIGNS:
        if re.search(pattern, words, re.I if kind != "Python" else 0):
            return kind, words[-600:], remedy
    return "installation", words[-600:], "The installer's words say why."
