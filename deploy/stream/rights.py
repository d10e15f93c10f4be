"""Rights: what each user may do on the stream's server, and the configuration that says so.

A service publishes its own facts, and asks its own durables for messages. It makes no stream and
no consumer, and hears only its own inbox and its own pokes: whoever may create a consumer, or ask
the stream for a message, reads everything, whatever its subscriptions allow.

One service serves the feed of all events (`eventsSince`), and alone may ask the stream itself for
messages. It can thus read what every company was told: it gives nobody but his own company's.

An outside subscriber has an account of its own besides, into which its durable is let. For whoever
asks a durable names where its messages go, and the server publishes them there without asking for
any right: in our account that could be the subject of somebody's fact.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway import event_fields
from gateway.event_fields import PLACE
from services.chassis.streams import STREAM, durable_name, inbox_of, poke_of

from . import facts
from .grants import Grant

ADMINISTRATOR = "administrator"
"""Makes the stream and the durables; no program of ours signs in as it but `crm`."""

FEEDING = "customers"
"""The service that serves the feed, and reads the stream itself for it."""
GATEWAY = "gateway"
"""Hears the events that feed subscriptions of the graph; it publishes nothing."""
READS = tuple(f"$JS.API.{it}.{STREAM}" for it in ("STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET"))
"""What it takes: what the stream holds; the next message, of its leader; many, of any replica."""

ACCOUNTS = """\
accounts: {{
  CRM: {{
    jetstream: enabled
    users: [{users}]
    exports: [{exports}]
  }}{outside}
}}
"""
OUTSIDE = """
  {name}: {{
    users: [{user}]
    imports: [{imports}]
  }}"""


@dataclass(frozen=True, slots=True)
class User:
    """A user of the stream's server; without rights of its own it may do everything."""

    name: str
    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()


def service_user(service: str) -> User:
    durables = [durable_name(service, *it) for it in facts.read_by(service)]

    tells, pokes = f"crm.*.{service}.>", poke_of(service)
    looks = [f"$JS.API.CONSUMER.INFO.{STREAM}.{it}" for it in durables]
    takes = [right for it in durables for right in _taking(it)]
    reads = READS if service == FEEDING else ()
    may = (tells, pokes, *looks, *takes, *reads)
    return User(service, may, (f"{inbox_of(service)}.>", pokes))


def gateway_user() -> User:
    """Let it hear what the fields of its file are fed by, of every company."""
    heard = {PLACE.sub("*", it.subject) for it in event_fields.read(facts.LIVE).values()}
    inbox = f"{inbox_of(GATEWAY)}.>"
    return User(GATEWAY, (inbox,), (inbox, *sorted(heard)))


def outside_user(grant: Grant) -> User:
    """Let it take and acknowledge; what is still to come stands in each message."""
    return User(grant.name, _taking(grant.name), (f"{inbox_of(grant.name)}.>",))


def _taking(durable: str) -> tuple[str, ...]:
    """Both forms of an acknowledgement: a server may be told to speak the newer one."""
    return (
        _next(durable),
        f"$JS.ACK.{STREAM}.{durable}.>",
        f"$JS.ACK.*.*.{STREAM}.{durable}.>",
    )


def _next(durable: str) -> str:
    return f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"


def configuration(grants: Iterable[Grant], password_of: Callable[[str], str]) -> str:
    """Write all users as the server reads them; `password_of` gives a value of its language."""
    granted = list(grants)
    services = (service_user(it) for it in facts.names())
    ours = [User(ADMINISTRATOR), *services, gateway_user()]
    return ACCOUNTS.format(
        users=_listed(_user(it, password_of(it.name)) for it in ours),
        exports=_listed(right for it in granted for right in _exports(it)),
        outside="".join(_outside(it, password_of(it.name)) for it in granted),
    )


def _exports(grant: Grant) -> Iterable[str]:
    """Let one account at a durable; to a pull there is more than one answer."""
    for subject in _taking(grant.name):
        more = ", response_type: stream" if subject == _next(grant.name) else ""
        yield f'{{ service: "{subject}"{more}, accounts: ["{grant.name}"] }}'


def _outside(grant: Grant, password: str) -> str:
    imports = (f'{{ service: {{ account: CRM, subject: "{it}" }} }}' for it in _taking(grant.name))
    user = _listed([_user(outside_user(grant), password)])
    return OUTSIDE.format(name=grant.name, user=user, imports=_listed(imports))


def _user(user: User, password: str) -> str:
    said = f"user: {user.name}, password: {password}"
    if user.subscribe:
        publish, subscribe = json.dumps(user.publish), json.dumps(user.subscribe)
        said += f", permissions: {{ publish: {publish}, subscribe: {subscribe} }}"
    return f"{{ {said} }}"


def _listed(lines: Iterable[str]) -> str:
    told = "".join(f"\n      {it}" for it in lines)
    return f"{told}\n    " if told else ""


def variable(name: str) -> str:
    """Name the environment variable of a user's password, where the server reads it from there."""
    return f"{name.replace('-', '_').upper()}_PASSWORD"
