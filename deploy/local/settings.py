"""What can be set on this machine, each by an environment variable of the same name."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from .checkout import ROOT
from .ports import Wanted


def mail_folder(run: Path) -> Path:
    return run.resolve() / "mail"


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
    mail_url: SecretStr | None = None

    @property
    def mail(self) -> str:
        """Where mail goes: to the server of MAIL_URL, or into a folder that `crm mail` shows."""
        if self.mail_url is not None:
            return self.mail_url.get_secret_value()
        return mail_folder(self.run_folder).as_uri()

    @property
    def audit_anchor_file(self) -> Path:
        """Where workers write how far the chains of audit lines are."""
        return self.run_folder.resolve() / "audit_anchors.jsonl"

    @property
    def wanted_ports(self) -> list[Wanted]:
        wanted = [Wanted(self.gateway_port, "the gateway", "GATEWAY_PORT")]
        if self.admin_database_url is None:
            wanted.append(Wanted(self.postgres_port, "PostgreSQL", "POSTGRES_PORT"))
        if self.nats_url is None:
            wanted.append(Wanted(self.nats_port, "NATS", "NATS_PORT"))
        return wanted
