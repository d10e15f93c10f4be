"""The words and the help of `crm events`; what each does stands in a module of its own."""

# ruff: noqa: D301, PLC0415  # click's own mark for lines that stay as they are; as in app.py

from pathlib import Path
from typing import Annotated

import typer

events = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The stream of events, and who reads it."
)

dead = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Events that did not get through."
)
events.add_typer(dead, name="dead")

ServiceName = Annotated[
    str | None, typer.Option("--service", help="customers, sales or service_desk; else all.")
]
LetterId = Annotated[str, typer.Argument(help="Its id, as the list shows it.")]
Name = Annotated[str, typer.Argument(help="The subscriber: its user, and its durable.")]
Overlay = Annotated[
    Path | None,
    typer.Option(help="Write into this folder of a Kubernetes overlay; else this checkout."),
]


@events.command()
def apply(
    *,
    grants: Annotated[
        Path | None, typer.Option(help="A grants.json, when there are outside subscribers.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for a server that starts.")] = 10,
) -> None:
    """Make the stream and every durable as they should be.

    With NATS_URL set, as the administrator of that server (STREAM_REPLICAS, STREAM_MAX_BYTES and
    STREAM_DAYS say how large); otherwise the one of this checkout, which `make run` sees to. Run
    again, it changes nothing.

    \b
    Examples:
      crm events apply
      NATS_URL=nats://administrator:secret@nats:4222 STREAM_REPLICAS=3 crm events apply --wait 600
    """
    from . import applying

    applying.apply(grants, patience=wait)


@events.command()
def grant(
    name: Name,
    *,
    aggregates: Annotated[str, typer.Option(help="What it may read: sales.order,sales.product.")],
    tenant: Annotated[str, typer.Option(help="One company's short name; else all.")] = "*",
    overlay: Overlay = None,
) -> None:
    """Let an outside subscriber read some aggregates, and nothing else.

    Makes its user, its rights and its durable, and prints the address with which it signs in.
    Granted again, it may read what is named now. With --overlay its rights are written into the
    overlay's grants.json and users.conf instead, to be applied by you.

    \b
    Examples:
      crm events grant warehouse --aggregates sales.order,sales.product
      crm events grant warehouse --aggregates sales.order --tenant acme
      crm events grant warehouse --aggregates sales.order --overlay deploy/kubernetes/overlays/dev
    """
    from . import granting

    granting.grant(name, aggregates, tenant, overlay)


@events.command()
def revoke(name: Name, *, overlay: Overlay = None) -> None:
    """Take an outside subscriber's rights away, its durable and its connection too.

    \b
    Example:
      crm events revoke warehouse
    """
    from . import granting

    granting.revoke(name, overlay)


@events.command("grants")
def grants_(*, overlay: Overlay = None) -> None:
    """List who outside may read what.

    \b
    Example:
      crm events grants
    """
    from . import granting

    granting.show(overlay)


@events.command()
def users(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when it is stale.")
    ] = False,
    overlay: Overlay = None,
) -> None:
    """Write the users of the stream's server in Kubernetes, as the services' contracts want them.

    Without --overlay it writes deploy/kubernetes/base/nats/users.conf, which is in git; with it,
    the users.conf of a folder that has a grants.json.

    \b
    Examples:
      crm events users --check
      crm events users --overlay deploy/kubernetes/overlays/dev
    """
    from . import rendering

    rendering.write_users(overlay, check=check)


@events.command()
def republish(
    *,
    since: Annotated[str, typer.Option("--from", help="2026-10-01, or an instant (UTC).")],
    until: Annotated[str | None, typer.Option("--to", help="Now when left out.")] = None,
    service: ServiceName = None,
    aggregate: Annotated[str | None, typer.Option(help="One aggregate: order.")] = None,
) -> None:
    """Fill a stream that was lost from the outboxes, while everything goes on.

    Each record's events go in their order, before what it tells now; readers drop what they know.
    A stream that is gone is made afterwards; in a service's own pod, `crm events apply` does that
    when all services are through. What a stream has had for over an hour is in it twice then.

    \b
    Examples:
      crm events republish --from 2026-10-01
      crm events republish --from 2026-10-01T09:30 --to 2026-10-01T11:00 --service sales
    """
    from . import republishing

    republishing.republish(since, until, service, aggregate)


@events.command()
def rebuild(
    name: Annotated[str, typer.Argument(help="A service's slice, such as sales.customers.")],
    *,
    swap: Annotated[bool, typer.Option(help="Replace the rows of companies that differ.")] = False,
) -> None:
    """Make a projection anew from its events, beside the live one, and compare the two.

    Nothing has to stop. Exits with 1 where they differ and --swap is not given; swapped, a
    company's reader waits for the moment that it takes. Needs all events from the first: where
    the outbox has dropped some, it says so and changes nothing.

    \b
    Examples:
      crm events rebuild sales.customers
      crm events rebuild customers.timeline --swap
    """
    from . import rebuilding

    rebuilding.rebuild(name, swap=swap)


@events.command()
def lag() -> None:
    """Show what waits in the outboxes, and how far each reader of the stream is.

    \b
    Example:
      crm events lag
    """
    from . import lagging

    lagging.show()


@dead.command("list")
def dead_list(
    *,
    service: ServiceName = None,
    every: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
) -> None:
    """List events that a service could not take, and behind which their records' later ones wait.

    In a service's own pod it is that service's; otherwise those of this checkout.

    \b
    Examples:
      crm events dead list
      crm events dead list --service sales --all
    """
    from . import mending

    mending.show_list(service, every=every)


@dead.command("show")
def dead_show(id: LetterId) -> None:
    """Show one with all that is known of it, its event too.

    \b
    Example:
      crm events dead show dlt_01k8…
    """
    from . import mending

    mending.show(id)


@dead.command("retry")
def dead_retry(id: LetterId) -> None:
    """Try one again, and then, in order, what waits behind it.

    \b
    Example:
      crm events dead retry dlt_01k8…
    """
    from . import mending

    mending.retry(id)


@dead.command("skip")
def dead_skip(
    id: LetterId,
    *,
    reason: Annotated[str, typer.Option(help="Why it is given up; the audit keeps it.")],
) -> None:
    """Step over one for ever, and let through what waits behind it.

    \b
    Example:
      crm events dead skip dlt_01k8… --reason "told twice by the old system"
    """
    from . import mending

    mending.skip(id, reason)
