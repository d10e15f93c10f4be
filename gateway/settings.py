"""What an operator sets for the gateway, read from the environment once, at the start."""

from pathlib import Path

from pydantic import Field

from gateway.limits import Limits
from services.chassis.settings import ProgramSettings


class GatewaySettings(ProgramSettings):
    """Where the graph comes from, where its subgraphs are, what one request may ask."""

    supergraph_file: Path = Field(description="the composed graph, a standard supergraph file")
    subgraph_urls: dict[str, str] = Field(
        default_factory=dict,
        description="subgraph name to http://host:port/graphql or unix:/path.sock, "
        "where it is not what the supergraph file says",
    )
    event_fields: dict[str, Path] = Field(
        default_factory=dict,
        description="subgraph name to the SDL of the subscriptions that the broker's events feed",
    )
    nats_url: str = Field("", description="that broker: nats://USER:PASSWORD@host:port")
    override_labels: list[str] = Field(
        default_factory=list, description="named labels of @override that are active"
    )
    audience: str = Field("guanxi", description="the audience of the tokens that callers bring")
    anonymous_tenant: str = Field("default", description="whose graph a caller without token sees")
    request_seconds: float = Field(10, gt=0, le=60, description="time for one whole request")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="size of a request's body")
    max_tokens: int = Field(10_000, ge=100, description="length of a document, in tokens")
    max_depth: int = Field(25, ge=1, le=100, description="nesting of a document's selections")
    max_aliases: int = Field(300, ge=0, description="aliases, where fragments are spread")
    max_root_fields: int = Field(100, ge=1, description="fields at an operation's root")
    max_directives: int = Field(300, ge=0, description="directives in an operation")
    max_errors: int = Field(100, ge=1, description="errors told in one answer")
    kept_characters: int = Field(
        1_000_000, ge=0, description="length of all documents together that are remembered"
    )
    max_subscriptions: int = Field(500, ge=0, description="subscriptions open here together")
    max_subscriptions_of_one: int = Field(10, ge=0, description="subscriptions of one caller")
    max_websockets: int = Field(10_000, ge=0, description="WebSockets open here together")
    max_operations: int = Field(50, ge=1, description="operations open on one WebSocket")
    websocket_init_seconds: float = Field(
        5, gt=0, le=60, description="time until a WebSocket must have said who it is"
    )
    introspection: bool = Field(default=True, description="whether clients may read the schema")
    explorer: bool = Field(default=True, description="whether / shows the explorer page")
    explorer_sign_in: dict[str, object] = Field(
        default_factory=dict,
        description="{document: a mutation, tokenPath: where in its data the token stands, "
        "accounts: [{label, variables}]}",
    )
    explorer_examples: list[dict[str, object]] = Field(
        default_factory=list, description="[{label, query, variables}], the first is shown"
    )

    @property
    def limits(self) -> Limits:
        """What a document may hold."""
        return Limits(
            self.max_tokens,
            self.max_depth,
            self.max_aliases,
            self.max_root_fields,
            self.max_directives,
        )
