"""The servers that these tests ask for."""

from tests.support.servers import admin_url, database, nats_server, stream, toy

__all__ = ["admin_url", "database", "nats_server", "stream", "toy"]
