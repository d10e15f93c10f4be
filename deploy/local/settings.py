"""What can be set on this machine, each by an environment variable of the same name."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from .checkout import ROOT
from .ports import Wanted


class LocalSettings(BaseSettings):
    """`ADMIN_DATABASE_URL` and `NATS_URL` name servers that run already; else we start our own."""

    gateway_port: int = 8000
    postgres_port: int = 54320
    nats_port: int = 42220
    admin_database_url: SecretStr | None = None
    nats_url: SecretStr | None = None
    run_folder: Path = ROOT / ".run"
    supergraph_file: Path = ROOT / "gateway" / "supergraph.graphql"
    log_level: str = "INFO"

    @property
    def wanted_ports(self) -> list[Wanted]:
        wanted = [Wanted(self.gateway_port, "the gateway", "GATEWAY_PORT")]
        if self.admin_database_url is None:
            wanted.append(Wanted(self.postgres_port, "PostgreSQL", "POSTGRES_PORT"))
        if self.nats_url is None:
            wanted.append(Wanted(self.nats_port, "NATS", "NATS_PORT"))
        return wanted
