"""What can be done about coming in, staying and going."""

from services.customers.sessions.commands import links, own, signing_in, staff

__all__ = ["links", "own", "signing_in", "staff"]
