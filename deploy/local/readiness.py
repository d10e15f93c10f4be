"""Whether a program answers that it is ready, over a port or a socket."""

import http.client
import socket
from contextlib import closing
from typing import Self

HTTP_OK = 200


class Answer(http.client.HTTPConnection):
    """A connection to `host:port` or `unix:/path.sock`."""

    @classmethod
    def at(cls, address: str) -> Self:
        if address.startswith("unix:"):
            connection = cls("localhost", timeout=2)
            connection.path = address.removeprefix("unix:")
            return connection
        return cls(address, timeout=2)

    path: str | None = None

    def connect(self) -> None:
        if self.path is None:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def is_ready(address: str) -> bool:
    with closing(Answer.at(address)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTP_OK
        except (OSError, http.client.HTTPException):
            return False
