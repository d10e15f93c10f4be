"""Become who the server must be, tie one's life to the parent's, then become the server.

Run as a script, in the server's own process: `confined.py PARENT SIGNAL IDENTITY COMMAND…`.
It needs nothing but the standard library, and a process of its own: a namespace cannot be entered
by a process that has threads, which is why this is no `preexec_fn`.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534  # what the kernel itself calls an id that it cannot name
REFUSED = 77  # the exit code when the machine does not allow the identity


def call(function: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


def enter_namespace() -> None:
    """Be `nobody` in a namespace of one's own; files still belong to the user outside."""
    user, group = os.geteuid(), os.getegid()
    call("unshare", CLONE_NEWUSER)
    itself = Path("/proc/self")
    (itself / "setgroups").write_text("deny")
    (itself / "uid_map").write_text(f"{NOBODY} {user} 1")
    (itself / "gid_map").write_text(f"{NOBODY} {group} 1")


def become_nobody() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


IDENTITIES = {"self": lambda: None, "namespace": enter_namespace, "nobody": become_nobody}


def main(parent: str, signal: str, identity: str, *command: str) -> None:
    try:
        IDENTITIES[identity]()
    except OSError as refusal:
        sys.stderr.write(f"{identity}: {refusal}\n")
        sys.exit(REFUSED)
    if sys.platform == "linux":
        # Last, because a change of identity clears it.
        call("prctl", PR_SET_PDEATHSIG, int(signal))
        if os.getppid() != int(parent):  # it died before we asked to be told
            sys.exit(REFUSED)
    os.execv(command[0], command)  # noqa: S606  # the command is the launcher's own, no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
