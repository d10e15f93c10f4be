"""What `make` says and does before there is anything installed."""

import os
import re
import shutil
import subprocess
import sys

from deploy.local import install
from deploy.local.checkout import ROOT


def make(*arguments, folder=ROOT):
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def program(file, text):
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def checkout(folder):
    """What an installation needs of a checkout."""
    for name in ("Makefile", "deploy/local/install.py", "deploy/local/uv.lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "requirements.lock").write_text("# nothing\n")
    return folder


def test_make_alone_lists_each_command_with_a_sentence():
    listed = make().stdout
    for name in ("install", "run", "stop", "reset", "logs", "test", "check", "features"):
        assert re.search(rf"^  {name} +[A-Z].*\.$", listed, re.MULTILINE), name


def test_a_python_that_is_too_old_gives_one_sentence(tmp_path):
    old = program(tmp_path / "old", 'test "$1" = --version && echo Python 3.9.2 && exit; exit 1')
    said = make("install", f"PYTHON={old}", folder=checkout(tmp_path / "here"))
    assert said.returncode != 0
    first = said.stderr.splitlines()[0]
    assert first.startswith(f"Python 3.11 or newer is needed, and {old} is Python 3.9.2: name one")
    assert not (tmp_path / "here" / ".venv").exists()


def test_an_environment_that_is_another_checkouts_is_left_as_it_is(tmp_path):
    here = checkout(tmp_path / "here")
    (tmp_path / "theirs").mkdir()
    (here / ".venv").symlink_to(tmp_path / "theirs")
    said = make("install", f"PYTHON={sys.executable}", folder=here)
    assert said.returncode == 0
    assert "is used as it is" in said.stderr
    assert list((tmp_path / "theirs").iterdir()) == []


def test_another_lock_is_another_environment(tmp_path, monkeypatch):
    lock = tmp_path / "requirements.lock"
    lock.write_text("one==1\n")
    monkeypatch.setattr(install, "LOCK", lock)
    before = install.mark()
    lock.write_text("one==2\n")
    assert install.mark() != before


def test_the_installer_is_pinned_with_hashes():
    pinned = install.UV_LOCK.read_text()
    assert re.search(r"^uv==[\d.]+ \\$", pinned, re.MULTILINE)
    assert "--hash=sha256:" in pinned
