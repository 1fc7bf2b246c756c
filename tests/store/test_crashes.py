"""Real processes that import, and are killed, or meet a full disk or each other. This file is also what they run."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from matinee.errors import StoreError
from matinee.store.intake import Intake
from matinee.store.service import Service, create_service, open_service
from matinee.tables.convert import convert

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


def bring(service: Service, first_month: int, last_month: int, count: int) -> None:
    """Import `count` views a month, of as many members."""
    days = [f"2020-{month:02d}-{1 + n % 28:02d}" for month in range(first_month, last_month + 1) for n in range(count)]
    columns = {"member_id": [f"m{row:06d}" for row in range(len(days))], "title_id": "t", "started_at": days}
    frame = pl.DataFrame(columns).with_row_index("row", offset=1).cast({"row": pl.Int64})
    with Intake(service) as intake:
        intake.add("views", convert("views", frame, file="views.csv")[0], "views.csv")
        intake.commit()


def bring_and_die(service: Service, moment: int, *months_and_count: int) -> None:
    """Import, and be killed just before the `moment`th rename or clearing of a folder: a commit is made of these."""
    left = moment

    def die(event: str, _: object) -> None:
        nonlocal left
        if event not in {"os.rename", "shutil.rmtree"}:
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(die)
    bring(service, *months_and_count)


def enter_and_die(service: Service) -> None:
    Intake(service).__enter__()
    os.kill(os.getpid(), signal.SIGKILL)


def bring_with_small_files(service: Service, *months_and_count: int) -> None:
    import resource  # there is none on Windows

    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    bring(service, *months_and_count)


def start(verb: Callable[..., None], service: Service, *numbers: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, verb.__name__, str(service.path), *map(str, numbers)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def run(verb: Callable[..., None], service: Service, *numbers: int) -> tuple[int, str]:
    """Run one of the functions above in a process of its own; give its exit code and the last line it said."""
    process = start(verb, service, *numbers)
    said = process.communicate()[1].splitlines()
    return process.returncode, said[-1] if said else ""


@pytest.fixture
def service(tmp_path):
    """A service with the views of one month."""
    service = create_service(tmp_path / "svc")
    bring(service, 1, 1, 100)
    return service


def test_an_import_killed_at_any_moment_leaves_a_committed_state(service):
    hashes = [service.data_hash()]
    exit_code = -signal.SIGKILL
    while exit_code == -signal.SIGKILL:
        exit_code, _ = run(bring_and_die, service, len(hashes), 1, 2, 100)
        hashes.append(service.data_hash())
        service.snapshot().verify()
        assert service.read("views").height == service.counts()["views"] == (100 if hashes[-1] == hashes[0] else 200)
    assert exit_code == 0
    assert len(hashes) > 5
    assert len(set(hashes)) == 2
    assert hashes == sorted(hashes, key=hashes.index)
    assert not (service.path / ".staging").exists()


def test_two_processes_that_import_at_once_both_get_through(service):
    both = [start(bring, service, first, first + 1, 2000) for first in (2, 4)]
    assert [process.wait() for process in both] == [0, 0]
    service.snapshot().verify()
    assert list(service.snapshot().parts("views")) == [f"2020-{month:02d}" for month in range(1, 6)]
    assert service.counts()["views"] == 100 + 4 * 2000
    for process in both:
        process.communicate()


def test_a_writer_that_was_killed_does_not_keep_the_lock(service):
    assert run(enter_and_die, service)[0] == -signal.SIGKILL
    assert (service.path / ".staging").exists()
    with Intake(service, patience=0.1):
        pass
    assert not (service.path / ".staging").exists()


def test_a_file_that_cannot_grow_is_one_line_and_nothing_changes(service):
    before = sorted(service.path.rglob("*"))
    code, said = run(bring_with_small_files, service, 1, 3, 20_000)
    assert code == 1
    assert said.startswith("matinee.errors.StoreError: ")
    assert said.endswith(
        "a file grew past the limit set for this process; raise the limit (ulimit -f) and run it again"
    )
    assert sorted(service.path.rglob("*")) == before


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of its own with 300 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can make a tiny disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_nothing_half_written_stays(tiny_disk):
    service = create_service(tiny_disk / "svc")
    bring(service, 1, 1, 100)
    before = sorted(tiny_disk.rglob("*"))
    with pytest.raises(StoreError, match="the disk is full; free some space and run the same command again"):
        bring(service, 1, 8, 20_000)
    assert sorted(tiny_disk.rglob("*")) == before
    service.snapshot().verify()


def test_a_read_only_disk_can_be_read_but_not_written(tiny_disk):
    service = create_service(tiny_disk / "svc")
    bring(service, 1, 1, 10)
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    with pytest.raises(StoreError, match="the disk is read-only; use a folder that can be written"):
        bring(service, 1, 2, 10)
    assert open_service(service.path).read("views").height == 10


def test_a_service_on_a_full_disk_is_not_half_made(tiny_disk):
    with pytest.raises(OSError, match="No space left"):
        (tiny_disk / "filler").write_bytes(bytes(400_000))
    with pytest.raises(StoreError, match="the disk is full"):
        create_service(tiny_disk / "svc")
    assert list((tiny_disk / "svc").iterdir()) == []
    (tiny_disk / "filler").unlink()
    assert create_service(tiny_disk / "svc").counts()["views"] == 0


if __name__ == "__main__":
    globals()[sys.argv[1]](open_service(Path(sys.argv[2])), *map(int, sys.argv[3:]))
