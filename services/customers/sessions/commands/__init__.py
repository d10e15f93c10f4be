"""What can be done about coming in, staying and going."""

from services.customers.sessions.commands import (
    acting,
    exchanging,
    links,
    own,
    signing_in,
    staff,
)

__all__ = ["acting", "exchanging", "links", "own", "signing_in", "staff"]
