"""A small real program that answers `/readyz`, for a supervisor to look after.

`HTTP_LISTEN` says where; it writes down its own start and its orderly end in `DIARY`.
"""

import os
import signal
import socketserver
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path


class Readiness(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def address_string(self):
        return "a caller"  # who calls through a socket has no address


def note(line):
    with Path(os.environ["DIARY"]).open("a") as diary:
        diary.write(f"{os.environ['NAME']} {line}\n")


def end(*_):
    note("ended")
    sys.exit(0)


def main():
    signal.signal(signal.SIGTERM, end)
    if os.environ.get("DIES"):
        sys.exit("a reason for the log")
    place = os.environ["HTTP_LISTEN"]
    note("began")
    server: socketserver.BaseServer
    if place.startswith("unix:"):
        server = socketserver.UnixStreamServer(place.removeprefix("unix:"), Readiness)
    else:
        socketserver.TCPServer.allow_reuse_address = True
        host, _, port = place.partition(":")
        server = socketserver.TCPServer((host, int(port)), Readiness)
    server.serve_forever()


if __name__ == "__main__":
    main()
