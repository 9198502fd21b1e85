"""A database in a container of its own: ``docker://postgres:16``, ``docker://mariadb:11``, ``docker://mysql:8``.

The container is reached over the network that headway's own container is in, or through a port of this machine. It is
removed when the run ends, by whatever way; what a killed run has left is removed by the next one, which asks Docker whether
the run that a container names as its owner is still there.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from headway.errors import ConfigError, DatabaseFailure, UsageError
from headway.redact import redact
from headway.runtime.connecting import trusted
from headway.scratch.port import Scratch
from headway.search_path import import_own
from headway.valueclass import valueclass

PREFIX = "docker://"

MARK = "io.github.headway-migrations.scratch"
"""The label of every container that is made here."""

OWNER = f"{MARK}.owner"
"""The label that says whose it is: see :func:`_this_run`."""

STARTUP_SECONDS = 120.0
"""How long a server may take until it takes connections."""

UNKNOWN_SECONDS = 3600.0
"""After how long a container goes whose owner nobody can see from here."""


@valueclass(frozen=True, slots=True)
class _Kind:
    """What a server of one kind wants to be told, and where it listens."""

    driver: str
    port: int
    user: str
    database: str
    variables: dict[str, str]
    """``{password}`` stands for the password."""
    data: str
    """Where its files are; they are kept in memory."""
    arguments: tuple[str, ...] = ()


_KINDS = {
    # See https://hub.docker.com/_/postgres and https://hub.docker.com/_/mariadb
    "postgresql": _Kind(
        "postgresql+psycopg",
        5432,
        "postgres",
        "postgres",
        {"POSTGRES_PASSWORD": "{password}"},
        "/var/lib/postgresql",
        ("-c", "fsync=off", "-c", "full_page_writes=off"),
    ),
    "mariadb": _Kind(
        "mysql+pymysql",
        3306,
        "root",
        "scratch",
        {"MARIADB_ROOT_PASSWORD": "{password}", "MARIADB_DATABASE": "scratch"},
        "/var/lib/mysql",
    ),
    "mysql": _Kind(
        "mysql+pymysql",
        3306,
        "root",
        "scratch",
        {"MYSQL_ROOT_PASSWORD": "{password}", "MYSQL_DATABASE": "scratch"},
        "/var/lib/mysql",
    ),
}
_NAMES = {"postgres": "postgresql", "postgis": "postgresql", "timescale": "postgresql", "pgvector": "postgresql"}
_NAMES |= {"mariadb": "mariadb", "mysql": "mysql", "percona": "mysql"}


@contextmanager
def open_docker(kind: str, say: Callable[[str], None] | None = None) -> Iterator[Scratch]:
    """An empty database on a server of its own, in a container of the image that ``kind`` names after ``docker://``.

    ``say`` is told when an image is pulled. Raises UsageError for an image whose database its name does not tell,
    ConfigError when the package ``docker`` is missing, DatabaseFailure when Docker does not answer or the server does
    not start.
    """
    image = kind.removeprefix(PREFIX)
    server = _KINDS[database_of(image)]
    client = _client()
    with _explained(client):
        remove_left_over(client)
        here = _own_container(client)
        password, name = secrets.token_urlsafe(18), f"headway-scratch-{secrets.token_hex(6)}"
        try:
            container = _start(client, name, image, server, password, here, say or (lambda line: None))
            host, port = _address(container, server, here)
            url = URL.create(server.driver, server.user, password, host, port, server.database)
            _wait(container, url)
            shown = url.render_as_string(hide_password=False)
            yield Scratch(kind, shown, partial(_another, url))
        finally:
            _remove(client, name)  # by its name: a signal may come when it is made and nobody has it yet


def database_of(image: str) -> str:
    """``postgresql``, ``mariadb`` or ``mysql``, from an image's name. Raises UsageError for another one."""
    name = image.rpartition("/")[2].partition("@")[0].partition(":")[0].lower()
    for known, database in _NAMES.items():
        if known in name:
            return database
    raise UsageError(
        f"the image '{image or PREFIX}' is of no database that headway knows",
        hint="Use docker://postgres:16, docker://mariadb:11, docker://mysql:8, or an image with one of these in its name.",
    )


def remove_left_over(client: Any) -> list[str]:
    """Removes the containers of runs that are no more; returns their names."""
    gone = []
    for container in client.containers.list(all=True, filters={"label": MARK}):
        if _is_left_over(client, container.labels.get(OWNER, ""), container.attrs):
            _remove(client, container.name)
            gone.append(container.name)
    return gone


# -- who owns a container ---------------------------------------------------------------------------------------------


def _this_run(here: Any | None) -> str:
    """What tells this run from others: its container, or the process by its machine's boot, number and start."""
    if here is not None:
        return f"container {here.id}"
    return f"process {_boot()} {os.getpid()} {_started(os.getpid())}"


def _is_left_over(client: Any, owner: str, attributes: dict[str, Any]) -> bool:
    kind, _, rest = owner.partition(" ")
    if kind == "container":
        return not _is_running(client, rest)
    parts = rest.split()
    if kind == "process" and len(parts) == 3 and parts[0] == _boot():
        return _started(int(parts[1])) != parts[2]
    return _age(attributes) > UNKNOWN_SECONDS  # of another machine that shares this Docker, or of another pid namespace


def _is_running(client: Any, container: str) -> bool:
    try:
        return bool(client.containers.get(container).status in ("running", "created", "paused", "restarting"))
    except _errors().NotFound:
        return False


def _boot() -> str:
    """The machine's boot and the namespace that process numbers count in.

    See https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html
    """
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read().strip()}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """When a process began, in ticks since the boot; empty when there is none. Field 22 of /proc/PID/stat."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _age(attributes: dict[str, Any]) -> float:
    """The seconds since a container was made."""
    made = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", attributes.get("Created", ""))
    if made is None:
        return 0.0
    import calendar

    return time.time() - calendar.timegm(time.strptime(made[0], "%Y-%m-%dT%H:%M:%S"))


# -- containers -------------------------------------------------------------------------------------------------------


def _client() -> Any:
    try:
        docker = import_own("docker")
    except ImportError as error:
        raise ConfigError(
            "a scratch database of docker:// needs the package 'docker', which is not installed",
            hint="Run: pip install 'headway[docker]'.",
        ) from error
    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except Exception as error:  # whatever the client has to say
        raise DatabaseFailure(
            f"Docker does not answer: {redact(' '.join(str(error).split()))[:300]}",
            hint="Is it running, and may this user write to its socket? In a container the socket has to be mounted.",
        ) from error
    return client


def _errors() -> Any:
    return import_own("docker").errors


@contextmanager
def _explained(client: Any) -> Iterator[None]:
    """Says what Docker says, in a line; closes the client."""
    try:
        yield
    except _errors().APIError as error:
        said = redact(" ".join(str(error.explanation or error).split()))[:400]
        raise DatabaseFailure(f"Docker refuses: {said}") from error
    finally:
        client.close()


def _own_container(client: Any) -> Any | None:
    """The container that we run in, as this Docker knows it; None outside of one, and in one of another Docker."""
    with contextlib.suppress(OSError), open("/proc/self/mountinfo", encoding="utf-8") as file:
        for found in re.findall(r"/containers/([0-9a-f]{64})/", file.read()):
            with contextlib.suppress(_errors().NotFound):
                return client.containers.get(found)
    return None


def _network(here: Any | None) -> str | None:
    """The network of our own container that a server can join; None where its ports have to be published."""
    if here is None:
        return None
    networks = list(here.attrs["NetworkSettings"]["Networks"])
    return next((name for name in networks if name not in ("host", "none")), None)


def _start(
    client: Any, name: str, image: str, server: _Kind, password: str, here: Any | None, say: Callable[[str], None]
) -> Any:
    network = _network(here)
    where: dict[str, Any] = {"network": network}
    if network is None:
        where = {"ports": {f"{server.port}/tcp": ("127.0.0.1", None)}}
    _have_image(client, image, say)
    return client.containers.run(
        image,
        list(server.arguments) or None,
        detach=True,
        name=name,
        labels={MARK: "1", OWNER: _this_run(here)},
        environment={name: value.format(password=password) for name, value in server.variables.items()},
        tmpfs={server.data: ""},
        **where,
    )


def _have_image(client: Any, image: str, say: Callable[[str], None]) -> None:
    try:
        client.images.get(image)
    except _errors().ImageNotFound:
        say(f"headway: Docker pulls {image}")
        repository, tag = image, None
        if "@" not in image:
            head, colon, last = image.rpartition(":")
            repository, tag = (head, last) if colon and "/" not in last else (image, "latest")
        client.images.pull(repository, tag=tag)


def _address(container: Any, server: _Kind, here: Any | None) -> tuple[str, int]:
    """Where the server can be reached from here."""
    network = _network(here)
    until = time.monotonic() + 10
    while True:
        container.reload()
        settings = container.attrs["NetworkSettings"]
        if network is not None:
            address = settings["Networks"].get(network, {}).get("IPAddress")
            if address:
                return address, server.port
        else:
            bound = (settings["Ports"] or {}).get(f"{server.port}/tcp")
            if bound:
                return "127.0.0.1", int(bound[0]["HostPort"])
        if container.status in ("exited", "dead") or time.monotonic() > until:
            raise _does_not_start(container)
        time.sleep(0.05)


def _wait(container: Any, url: URL) -> None:
    """Until the server takes connections, asking less and less often."""
    until, pause = time.monotonic() + STARTUP_SECONDS, 0.1
    engine = create_engine(url, poolclass=NullPool)
    while True:
        try:
            with trusted(), engine.connect():
                return
        except SQLAlchemyError:
            container.reload()
            if container.status in ("exited", "dead") or time.monotonic() > until:
                raise _does_not_start(container) from None
        time.sleep(pause)
        pause = min(pause * 1.5, 2.0)


def _does_not_start(container: Any) -> DatabaseFailure:
    said = container.logs(tail=20).decode("utf-8", errors="replace").split("\n")
    told = [line.strip() for line in said if re.search(r"error|fatal|denied|cannot", line, re.I)] or [
        line.strip() for line in said if line.strip()
    ]
    return DatabaseFailure(
        f"the server in the container does not start: {redact(' '.join(told[-3:]))[:400] or 'it says nothing'}"
    )


def _remove(client: Any, name: str) -> None:
    with contextlib.suppress(_errors().NotFound, _errors().APIError):  # another run may be removing it as well
        client.api.remove_container(name, force=True, v=True)


def _another(url: URL, name: str) -> str:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    quoted = engine.dialect.identifier_preparer.quote_identifier(name)
    with trusted(), engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
    return url.set(database=name).render_as_string(hide_password=False)
