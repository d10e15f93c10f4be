"""PostgreSQL and NATS start for whoever we are, keep what they were told, and end with us."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import nats
import pytest

from deploy.local import binaries, confined, identity, ports
from deploy.local.binaries import PostgresBinaries
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.processes import Identity
from deploy.local.refusals import ProgramDied, Refused

from .waiting import lives, until

START_BOTH = """
import sys, time
from pathlib import Path
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres

postgres, stream = Postgres(Path(sys.argv[1]) / "p"), Nats(Path(sys.argv[1]) / "n")
postgres.start(), stream.start()
print(postgres.pid, stream.pid, flush=True)
time.sleep(600)
"""


async def asked(url, question):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def user_of(pid):
    return Path(f"/proc/{pid}").stat().st_uid


async def test_postgres_keeps_its_data_from_one_start_to_the_next(tmp_path):
    server = Postgres(tmp_path)
    with server as url:
        await asked(url, "CREATE TABLE kept (it text)")
        await asked(url, "INSERT INTO kept VALUES ('yes')")
    with server as url:
        assert await asked(url, "SELECT it FROM kept") == "yes"
    assert not ports.answers(server.port)


async def test_postgres_recovers_from_a_kill(tmp_path):
    server = Postgres(tmp_path)
    url = server.start()
    await asked(url, "CREATE TABLE kept (it text)")
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with server as url:
        assert await asked(url, "SELECT count(*) FROM kept") == 0


async def test_postgres_sorts_by_code_point_whatever_the_machine_speaks(tmp_path):
    with Postgres(tmp_path, durable=False) as url:
        assert await asked(url, "SELECT 'a' < 'B'") is False
        assert await asked(url, "SHOW server_encoding") == "UTF8"


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
async def test_only_a_test_server_may_forget(tmp_path, durable, fsync):
    with Postgres(tmp_path, durable=durable) as url:
        assert await asked(url, "SHOW fsync") == fsync
        assert await asked(url, "SHOW full_page_writes") == fsync


async def test_postgres_lets_nobody_in_without_the_password(tmp_path):
    with Postgres(tmp_path, durable=False) as url:
        password = (tmp_path / "password").read_text()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(password, "guess"))
        assert (tmp_path / "password").stat().st_mode & 0o077 == 0


async def test_postgres_never_runs_as_root(tmp_path):
    """Where a namespace is refused, root's server belongs to nobody, in a place it can reach."""
    ways: set[Identity] = {identity.of_database_server()}
    if os.geteuid() == 0:
        ways.add("nobody")
    for way in ways:
        server = Postgres(tmp_path / way, durable=False, identity=way)
        with server as url:
            assert await asked(url, "SELECT 1") == 1
            assert user_of(server.pid) == (confined.NOBODY if way == "nobody" else os.geteuid())
        data = server.data
        server.erase()
        assert not data.exists()


def test_binaries_that_nobody_could_reach_are_copied_beside_the_data(tmp_path):
    hidden = tmp_path / "hidden"
    (hidden / "package" / "pginstall" / "bin").mkdir(parents=True)
    (hidden / "package" / "pginstall" / "bin" / "postgres").touch()
    (hidden / "package.libs").mkdir()
    hidden.chmod(0o700)
    found = PostgresBinaries(hidden / "package" / "pginstall" / "bin", 18)
    moved = found.reachable_as("nobody", tmp_path / "open")
    assert moved.postgres == tmp_path / "open/binaries-18/package/pginstall/bin/postgres"
    assert moved.postgres.exists()
    assert (tmp_path / "open/binaries-18/package.libs").exists()
    assert found.reachable_as("self", tmp_path / "open") is found


def test_a_postgres_that_is_too_old_is_named(monkeypatch, tmp_path):
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.18'\n")
    (tmp_path / "postgres").chmod(0o755)
    monkeypatch.setattr(binaries, "candidates", lambda: [tmp_path])
    with pytest.raises(Refused, match=r"no PostgreSQL 17 or newer .*\(PostgreSQL 15 is there\)"):
        PostgresBinaries.found()


def test_data_of_another_version_is_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refused, match="made by PostgreSQL 17 and this is 18"):
        Postgres(tmp_path, identity="self").start()
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["PG_VERSION"]


def test_a_port_that_is_taken_ends_the_start_with_the_place_of_the_log(tmp_path):
    with Postgres(tmp_path / "one", durable=False):
        taken = ports.any_free()
    first = Postgres(tmp_path / "one", port=taken, durable=False)
    second = Postgres(tmp_path / "two", port=taken, durable=False)
    with first, pytest.raises(ProgramDied, match=r"PostgreSQL ended .*two/server.log"):
        second.start()


async def test_nats_keeps_its_streams_from_one_start_to_the_next(tmp_path):
    server = Nats(tmp_path)
    for expected in (1, 2):
        with server as url:
            client = await nats.connect(url)
            stream = client.jetstream()
            await stream.add_stream(name="kept", subjects=["kept.>"])
            assert (await stream.publish("kept.it", b"yes")).seq == expected
            await client.close()
    assert not ports.answers(server.port)


def test_nats_lets_nobody_in_without_the_password(tmp_path):
    server = Nats(tmp_path)
    with server, socket.create_connection((ports.HOST, server.port)) as stranger:
        stranger.sendall(b'CONNECT {"user": "administrator", "pass": "guess"}\r\nPING\r\n')
        said = stranger.makefile().read()
    assert "Authorization Violation" in said
    assert "PONG" not in said
    assert (tmp_path / "server.conf").stat().st_mode & 0o077 == 0


def test_a_kill_of_their_parent_leaves_neither_running(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", START_BOTH, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pids = [int(each) for each in parent.stdout.readline().split()]
        assert len(pids) == 2
        assert all(map(lives, pids))
        parent.send_signal(signal.SIGKILL)
    until(lambda: not any(map(lives, pids)))
