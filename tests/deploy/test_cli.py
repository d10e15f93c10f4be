"""What `crm` answers at a terminal, about a system that is up and one that is not."""

import os
import re
import subprocess
import sys

import asyncpg
import pytest

from deploy.local.checkout import Checkout
from deploy.local.postgres import Postgres

from .runs import crm
from .waiting import lives, until

COMMANDS = [
    "up",
    "status",
    "stop",
    "reset",
    "logs",
    "migrate",
    "tenant create",
    "token",
    "compose",
    "mail",
    "keys rotate",
    "audit verify",
    "audit anchor",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(command):
    said = crm(*command.split(), "--help")
    assert said.returncode == 0
    assert re.search(rf"Examples?:\n.*crm {command}", said.stdout, re.DOTALL)


def test_help_imports_nothing_heavy():
    listed = "import sys; from deploy.cli.app import app; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True
    )
    heavy = {"asyncpg", "sqlalchemy", "pydantic", "grpc", "rich", "strawberry"}
    assert not heavy & set(said.stdout.split())


def test_status_shows_each_part_that_is_up(up):
    said = crm("status", folder=up.checkout.run)
    assert said.returncode == 0, said
    rows = {line.split()[0]: line.split()[1:] for line in said.stdout.splitlines()}
    assert rows["supervisor"] == ["running", str(up.process.pid)]
    for name, pid in up.pids.items():
        assert rows[name][:2] == ["ready", str(pid)]
    assert rows["gateway"][2] == f"127.0.0.1:{up.settings['GATEWAY_PORT']}"


def test_logs_show_the_last_lines_of_a_part(up):
    said = crm("logs", "postgres", "-n", "1", folder=up.checkout.run)
    assert said.returncode == 0
    assert len(said.stdout.splitlines()) == 1
    assert "starting PostgreSQL" not in said.stdout
    both = crm("logs", folder=up.checkout.run).stdout
    assert re.search(r"^postgres +\| .*starting PostgreSQL 18", both, re.MULTILINE)
    assert re.search(r"^nats +\| .*Server is ready", both, re.MULTILINE)


def test_logs_of_nobody_say_whose_there_are(up):
    said = crm("logs", "marketing", folder=up.checkout.run)
    assert said.returncode == 1
    assert said.stderr.startswith("crm: there is no log of marketing: there is customers, gateway")


def test_logs_can_be_followed_even_when_begun_anew(tmp_path):
    log = Checkout(tmp_path).log("sales")
    log.parent.mkdir()
    log.write_text("one\n")
    shown = tmp_path / "shown"
    with (
        shown.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "logs", "-f"],
            env={**os.environ, "RUN_FOLDER": str(tmp_path)},
            stdout=output,
        ) as following,
    ):
        until(lambda: shown.read_text() == "one\n")
        with log.open("a") as more:
            more.write("two\n")
        until(lambda: shown.read_text() == "one\ntwo\n")
        log.rename(log.with_suffix(".log.1"))
        log.write_text("three\n")
        until(lambda: shown.read_text() == "one\ntwo\nthree\n")
        following.terminate()


def test_what_needs_a_system_that_is_up_says_so(tmp_path):
    for arguments in (["status"], ["migrate"], ["stop"]):
        said = crm(*arguments, folder=tmp_path)
        assert "not running" in said.stdout or "is not up" in said.stderr
        assert len((said.stdout + said.stderr).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_cannot_be_is_named(tmp_path):
    said = crm("status", folder=tmp_path, GATEWAY_PORT="eighty")
    assert said.returncode == 1
    assert said.stderr.startswith("crm: a setting cannot be: GATEWAY_PORT: ")


def test_a_service_that_does_not_exist_is_not_migrated(tmp_path):
    said = crm("migrate", "marketing", folder=tmp_path)
    assert said.returncode == 1
    assert "it is one of customers, sales, service_desk" in said.stderr
    url = "postgresql://somebody@nowhere/sales"
    unnamed = crm("migrate", folder=tmp_path, OWNER_DATABASE_URL=url)
    assert unnamed.returncode == 1
    assert "name the service" in unnamed.stderr
    assert url not in unnamed.stderr


def test_no_token_is_minted_without_the_key(tmp_path):
    said = crm("token", "--as", "ann@acme.example", folder=tmp_path)
    assert said.returncode == 1
    assert said.stdout == ""
    assert "is not readable here" in said.stderr


def test_stop_waits_until_everything_has_stopped(begin):
    run = begin()
    pids = run.up()
    said = crm("stop", folder=run.checkout.run)
    assert (said.returncode, said.stdout) == (0, "stopped\n")
    assert not any(map(lives, pids.values()))
    assert run.process.wait(10) == 0


def test_reset_asks_and_then_leaves_nothing(begin):
    run = begin()
    pids = run.up()
    refused = crm("reset", folder=run.checkout.run, stdin="n\n")
    assert refused.returncode == 1
    assert all(map(lives, pids.values()))
    said = crm("reset", "--yes", folder=run.checkout.run)
    assert said.returncode == 0, said
    assert run.process.wait(10) == 0
    assert not any(map(lives, pids.values()))
    assert list(run.checkout.run.iterdir()) == []


async def test_servers_that_run_already_are_taken_and_reset_cleans_up_there(begin, tmp_path):
    with Postgres(tmp_path / "elsewhere", durable=False) as url:
        run = begin(ADMIN_DATABASE_URL=url)
        pids = run.up()
        assert "postgres" not in pids
        assert not run.checkout.postgres.exists()
        said = crm("reset", "--yes", folder=run.checkout.run, ADMIN_DATABASE_URL=url)
        assert said.returncode == 0, said
        assert run.process.wait(10) == 0
        connection = await asyncpg.connect(url)
        left = await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname ~ '_app$'")
        await connection.close()
        assert left == 0
