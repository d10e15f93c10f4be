"""Structured logs: a line of JSON each, with its trace; never a secret, never personal data."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from services.chassis import telemetry

SECRETS = frozenset(
    {
        *("password", "token", "authorization", "secret", "key", "cookie", "code"),
        *("refresh_token", "api_key", "recovery_codes", "database_url", "nats_url", "mail_url"),
    }
)
"""Names whose values are never written, wherever they turn up."""
SHAPES = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"  # a signed token
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"  # who one is in an address
    r"|\b[a-z][a-z0-9_-]+\.(?:ses|key|link)[_a-z0-9]*\.[\w-]{20,}"  # a token of ours
    r"|\$argon2\S+"
    r"|(?<=query argument) \$\d+: .*"  # what a driver says of a value that it cannot send
    r"|(?<=Key )\([^)]*\)=\([^)]*\)"  # what PostgreSQL says of a key that is taken
)
"""What is a secret by its look, in the midst of any text."""
REDACTED = "[redacted]"


def set_up(service: str, level: str = "INFO", format: str = "json") -> None:
    """Send everything that this process logs to standard error, one line each."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        _traced(service),
        _redacted,
        structlog.processors.format_exc_info,
        _scrubbed,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    written: Any = structlog.processors.JSONRenderer()
    if format == "console":
        written = structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, written],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("uvicorn.access", "uvicorn.error", "nats", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log() -> Any:
    """Give a logger; its methods take an event's name and keyword facts."""
    return structlog.get_logger()


def say_of_all(**facts: Any) -> None:
    """Have every further line of this task carry these facts: a request's tenant, for one."""
    structlog.contextvars.bind_contextvars(**facts)


def _traced(service: str) -> Any:
    def add(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        trace = telemetry.current_or_none()
        line["service"] = service
        if trace is not None:
            line.setdefault("trace_id", trace.trace_id)
            line.setdefault("request_id", trace.request_id)
        return line

    return add


def _redacted(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name in line.keys() & SECRETS:
        line[name] = REDACTED
    return line


def _scrubbed(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name, value in line.items():
        line[name] = SHAPES.sub(REDACTED, value) if isinstance(value, str) else value
    return line
