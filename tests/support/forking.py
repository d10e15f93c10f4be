"""`crm` in a process of its own each time, forked from one that has imported all of it already.

To import it takes seconds, and tests run it a hundred times. What a process is by itself is kept:
its environment, its folder, its streams, its exit status.
"""

import atexit
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path

from deploy import cli
from deploy.local.checkout import ROOT

STREAMS = ("stdin", "stdout", "stderr")
SECONDS = 120


def forked(arguments, *, environment, folder=ROOT, stdin=""):
    """Run `crm` with these arguments, and give what it said and its exit status."""
    with tempfile.TemporaryDirectory() as streams:
        files = {it: Path(streams) / it for it in STREAMS}
        files["stdin"].write_text(stdin, "utf-8")
        told = {"arguments": arguments, "environment": environment, "folder": str(folder)}
        told["streams"] = [str(files[it]) for it in STREAMS]
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(SECONDS)
            asking.connect(str(_forker()))
            asking.sendall(json.dumps(told).encode() + b"\n")
            status = asking.makefile().readline()
        said = [files[it].read_text("utf-8") for it in STREAMS[1:]]
    assert status, f"crm {arguments} ended without a word: {said}"
    return subprocess.CompletedProcess(["crm", *arguments], int(status), *said)


@cache
def _forker():
    """Start the process that others are forked from, and give where it listens."""
    folder = tempfile.TemporaryDirectory(prefix="guanxi-")
    place = Path(folder.name) / "crm"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.forking", place],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"

    @atexit.register
    def leave():
        process.communicate()  # its input ends
        folder.cleanup()

    return place


def _listen(place):
    """Fork for whoever asks, until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        os.write(1, b"ready\n")
        if os.fork() == 0:
            while True:
                asked, _ = listening.accept()
                if os.fork() == 0:
                    _answer(asked)
                asked.close()
    sys.stdin.read()
    os.killpg(0, signal.SIGTERM)


def _answer(asked):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = json.loads(asked.makefile().readline())
    for number, file in enumerate(told["streams"]):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    sys.argv = ["crm", *told["arguments"]]
    status = _status(importlib.import_module("deploy.cli.__main__").main)
    asked.sendall(f"{status}\n".encode())
    os._exit(0)


def _status(main):
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else bool(end.code)
    except BaseException:  # noqa: BLE001  # as an interpreter ends
        traceback.print_exc()
        status = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return int(status)


def _import_all():
    for it in pkgutil.walk_packages(cli.__path__, f"{cli.__name__}."):
        importlib.import_module(it.name)


if __name__ == "__main__":
    os.setpgid(0, 0)
    _import_all()
    _listen(sys.argv[1])
