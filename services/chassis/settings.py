"""What an operator sets for a service, read from the environment once, at the start."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_INT = 2**31 - 1


class SettingsError(Exception):
    """A setting is missing or cannot be; the message names each and says what is wrong."""


class ProgramSettings(BaseSettings):
    """What every program is told: where it listens, whom it trusts, how it logs."""

    model_config = SettingsConfigDict(extra="ignore")

    http_listen: str = Field("127.0.0.1:8000", description="host:port or unix:/path.sock")
    signing_key_file: Path = Field(description="this program's private Ed25519 JWK")
    trusted_issuers: dict[str, Path] = Field(description="issuer name to its public JWKS file")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    drain_seconds: float = Field(10, ge=0, le=300, description="time for what is in flight")


class ServiceSettings(ProgramSettings):
    """What a service is told besides: its database, its stream, whom it asks."""

    grpc_listen: str = Field("127.0.0.1:50051", description="host:port or unix:/path.sock")
    database_url: str = Field(description="postgresql://…, as the role that serves requests")
    worker_database_url: str = Field(description="as the role of the outbox and maintenance")
    database_password_file: Path | None = Field(
        None, description="where the first role's password stands, if not in its address"
    )
    worker_database_password_file: Path | None = Field(
        None, description="where the second role's password stands, if not in its address"
    )
    nats_url: str = Field(description="nats://USER:PASSWORD@host:port, as the service")
    rpc_targets: dict[str, str] = Field(
        default_factory=dict, description="service name to the gRPC target where it is asked"
    )
    audit_anchor_file: Path | None = Field(
        None, description="where the worker adds how far the chains of audit lines are"
    )
    event_days: int = Field(30, ge=30, le=3650, description="how long the outbox keeps events")
    start_seconds: float = Field(60, ge=0, le=600, description="patience with the database")
    pool_size: int = Field(10, ge=1, le=200, description="database connections at the most")
    file_max_bytes: int = Field(256 << 20, ge=1 << 10, le=MAX_INT, description="of one file")
    file_total_bytes: int = Field(4 << 30, ge=1 << 10, description="of all files of a company")
    file_days: int = Field(7, ge=1, le=365, description="how long a file is kept")
    token_minutes: int = Field(60, ge=1, le=1440, description="life of a person's token")


def read(kind: type[ProgramSettings]) -> ProgramSettings:
    """Read the settings, or say in one sentence each what is missing or wrong."""
    try:
        return kind()
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(told) from error
