"""One command brings everything up, shows the way in, and leaves nothing behind."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from deploy.local import ports

from .runs import Run
from .waiting import lives, until

PARTS = ["postgres", "nats", "customers", "sales", "service_desk", "gateway"]


def test_it_shows_the_way_in(up):
    graph = f"http://127.0.0.1:{up.settings['GATEWAY_PORT']}/graphql"
    assert f"graph     {graph}" in up.text
    assert f"curl {graph}" in up.text
    assert list(up.pids) == PARTS


def test_each_database_is_migrated_by_its_owner(up):
    migrated = [line for line in up.text.splitlines() if " as " in line]
    assert migrated == [
        f"{name} as {name}_owner" for name in ("customers", "sales", "service_desk")
    ]


def test_a_program_is_told_no_secret_but_its_own(up):
    def told(name):
        environment = Path(f"/proc/{up.pids[name]}/environ").read_text()
        return dict(each.split("=", 1) for each in environment.split("\0") if each)

    sales, gateway = told("sales"), told("gateway")
    assert "//sales_app:" in sales["DATABASE_URL"]
    assert "//sales_worker:" in sales["WORKER_DATABASE_URL"]
    assert "OWNER_DATABASE_URL" not in sales
    assert not {"DATABASE_URL", "ADMIN_DATABASE_URL"} & set(gateway)
    assert gateway["NATS_URL"].startswith("nats://gateway:")
    assert gateway["EXPLORER_SIGN_IN"] == "{}"
    assert list(json.loads(gateway["TRUSTED_ISSUERS"])) == ["customers"]


def test_a_ctrl_c_at_the_terminal_reaches_the_supervisor_alone(up):
    group = os.getpgid(up.process.pid)
    assert group not in {os.getpgid(pid) for pid in up.pids.values()}


def test_a_second_one_is_told_of_the_first(up):
    second = Run(up.folder, **up.settings)
    assert second.process.wait(30) == 1
    assert f"this checkout is up already (process {up.process.pid})" in second.text
    assert len(second.text.splitlines()) == 1
    assert all(map(lives, up.pids.values()))


def test_everything_goes_down_in_order(begin):
    run = begin()
    pids = run.up()
    assert run.end(signal.SIGINT) == 0
    assert not any(map(lives, pids.values()))
    ended = [each for each in run.diary.read_text().splitlines() if each.endswith("ended")]
    assert ended[0] == "gateway ended"
    assert sorted(ended[1:]) == ["customers ended", "sales ended", "service_desk ended"]
    stopped = [each.split()[1].strip(",") for each in run.text.splitlines() if "stopped" in each]
    assert stopped == ["gateway", "customers", "NATS", "PostgreSQL"]


def test_the_company_is_loaded_once_and_again_only_after_an_interruption(begin):
    first, unfinished = begin(), "demo.unfinished"
    first.up()
    first.end(signal.SIGTERM)
    assert "demo company" in first.text
    second = begin()
    second.up()
    assert "demo company" not in second.text
    (second.checkout.run / unfinished).touch()
    assert second.end(signal.SIGTERM) == 0
    third = begin()
    third.up()
    assert "demo company" in third.text
    assert not (third.checkout.run / unfinished).exists()


def test_a_killed_supervisor_leaves_nothing_running(begin):
    run = begin()
    pids = run.up()
    run.end(signal.SIGKILL)
    until(lambda: not any(map(lives, pids.values())))
    assert run.checkout.supervisor() is None
    assert run.checkout.parts() == []
    begin().up()


@pytest.mark.parametrize("name", ["GATEWAY_PORT", "POSTGRES_PORT", "NATS_PORT"])
def test_a_port_in_use_is_named_before_anything_starts(begin, free, name):
    with socket.create_server((ports.HOST, free[name])):
        run = begin()
        assert run.process.wait(30) == 1
    assert f"port {free[name]} " in run.text
    assert f"set {name} to a free port" in run.text
    assert len(run.text.splitlines()) == 1
    assert not run.checkout.postgres.exists()


def test_a_program_that_cannot_start_takes_everything_down(begin, free):
    run = begin(DYING="sales")
    assert run.process.wait(60) == 1
    log = run.checkout.log("sales")
    last = run.text.splitlines()[-1]
    assert last == f"sales ended with exit code 1: its last lines are in {log}"
    assert "a reason for the log" in log.read_text()
    assert "gateway began" not in run.diary.read_text()
    assert all(ports.is_free(port) for port in free.values())


@pytest.mark.parametrize("name", ["postgres", "service_desk"])
def test_a_part_that_dies_later_takes_everything_down(begin, name):
    run = begin()
    pids = run.up()
    os.kill(pids[name], signal.SIGKILL)
    assert run.process.wait(60) == 1
    log = run.checkout.log(name)
    last = run.text.splitlines()[-1]
    assert last == f"{name} ended by SIGKILL: its last lines are in {log}"
    assert not any(map(lives, pids.values()))
