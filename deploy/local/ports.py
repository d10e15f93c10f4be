"""Ports of this machine: which are free, and what one says when they are not."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from .refusals import PortTaken

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A port, what listens there, and the setting that moves it."""

    port: int
    listener: str
    setting: str


def is_free(port: int) -> bool:
    with socket.socket() as attempt:
        # As the servers do: a port in TIME_WAIT is free.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    with socket.socket() as attempt:
        attempt.bind((HOST, 0))
        port: int = attempt.getsockname()[1]
    return port


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def require_free(wanted: Iterable[Wanted]) -> None:
    for each in wanted:
        if not is_free(each.port):
            raise PortTaken(
                f"port {each.port} ({each.listener}) is in use by another program: "
                f"stop that, or set {each.setting} to a free port"
            )
