"""Install what `requirements.lock` names into `.venv`, with the standard library alone.

Run by any Python ≥ 3.11 that has pip: `python3 deploy/local/install.py`. It fetches uv, which is
several times as fast; where uv is not to be had, pip itself does the same.
"""

import fcntl
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV_LOCK = Path(__file__).with_name("uv.lock")
ENVIRONMENT = {
    "UV_CACHE_DIR": str(TOOLS / "cache"),
    **os.environ,
    "UV_PYTHON_DOWNLOADS": "never",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_ROOT_USER_ACTION": "ignore",
}
# It finds its own checkout, so that a moved or a linked folder still works.
CRM = """\
#!/bin/sh
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" exec "$here/.venv/bin/python" -m deploy.cli "$@"
"""


def main() -> None:
    TOOLS.mkdir(exist_ok=True)
    if VENV.is_symlink():  # another checkout's: not ours to change
        say(f"{VENV} is a link: what is there is used as it is")
        return
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would undo each other's work
        if not is_installed():
            install()
    if not runs(PYTHON, "-m", "deploy.cli.stubs"):
        sys.exit("the gRPC stubs could not be generated: the lines above say why")


def mark() -> str:
    """Say what an environment is made of: another lock or another Python is another mark."""
    python = ".".join(map(str, sys.version_info[:2]))
    return f"{python} {sha256(LOCK.read_bytes()).hexdigest()}"


def is_installed() -> bool:
    stamp = VENV / "installed"
    return stamp.exists() and stamp.read_text() == mark() and PYTHON.exists()


def install() -> None:
    say(f"installing into {VENV.relative_to(ROOT)} (once; again when requirements.lock changes)")
    if not with_uv():
        say("uv is not to be had here: pip does it, more slowly")
        if not with_pip():
            sys.exit("the libraries could not be installed: the lines above say why")
    crm = VENV / "bin" / "crm"
    crm.write_text(CRM)
    crm.chmod(0o755)
    (VENV / "installed").write_text(mark())


def with_uv() -> bool:
    uv = TOOLS / "bin" / "uv"
    fetch = ("-m", "pip", "install", "--quiet", "--upgrade", "--target", TOOLS)
    sync = (uv, "pip", "sync", "--require-hashes", "--python", PYTHON, LOCK)
    return (
        (is_right(uv) or runs(sys.executable, *fetch, "--require-hashes", "-r", UV_LOCK))
        and (is_kept() or runs(uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV))
        and (runs(*sync) or runs(*sync, "--system-certs"))  # where a company has its own
    )


def with_pip() -> bool:
    """Use the pip of the Python at hand: Debian's cannot put one into an environment."""
    pip = ("-m", "pip", "--python", PYTHON, "install", "--quiet")
    return (
        is_kept() or runs(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    ) and runs(sys.executable, *pip, "--require-hashes", "-r", LOCK)


def is_kept() -> bool:
    """Whether the environment is one of this Python: then only what differs is installed."""
    ask = "import sys; print(sys.version_info[:3])"
    if not PYTHON.exists():
        return False
    said = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    return said.stdout.strip() == str(sys.version_info[:3])


def is_right(uv: Path) -> bool:
    if not uv.exists():
        return False
    wanted = UV_LOCK.read_text().partition("uv==")[2].split()[0]
    said = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # what we fetched
    return wanted in said.stdout.split()


def runs(*command: str | Path) -> bool:
    try:
        done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False)  # noqa: S603  # our own words
    except OSError:
        return False
    return done.returncode == 0


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
