"""The commands of `crm` and their help; what each does stands in a module of its own.

Those modules are imported when their command runs: `crm --help` answers at once.
"""

# ruff: noqa: D301, PLC0415  # click's own mark for lines that stay as they are; see above

from pathlib import Path
from typing import Annotated

import typer

from .auditing.commands import audit
from .configuring.commands import config
from .eventing.commands import events
from .files import files
from .graphs import graphs

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Run Guanxi on this machine, and look after it.",
)
tenant = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Companies on this system.")
app.add_typer(tenant, name="tenant")
app.add_typer(config, name="config")
app.add_typer(events, name="events")
app.add_typer(audit, name="audit")
app.add_typer(files)
app.add_typer(graphs)
keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys of this checkout.")
app.add_typer(keys, name="keys")


PartName = Annotated[
    str | None,
    typer.Argument(
        help="postgres, nats, customers, sales, service_desk or gateway; all when left out."
    ),
]


@app.command()
def up() -> None:
    """Start everything and stay until Ctrl-C.

    Starts PostgreSQL and NATS (or takes those of ADMIN_DATABASE_URL and NATS_URL), makes and
    migrates a database for each service, starts the three services and the gateway, and loads a
    demo company the first time. Data and logs stay in .run/.

    \b
    Examples:
      crm up
      GATEWAY_PORT=9000 POSTGRES_PORT=54321 NATS_PORT=42221 crm up
      ADMIN_DATABASE_URL=postgresql://postgres:secret@db.example/postgres crm up
    """
    from . import running

    running.up()


@app.command()
def status() -> None:
    """Show each part, where it answers, and whether it is ready.

    Exits with 0 when everything is ready and with 1 otherwise.

    \b
    Example:
      crm status
    """
    from . import running

    running.status()


@app.command()
def stop() -> None:
    """Stop everything in order.

    Stops what `crm up` started in this checkout, and waits until it has.

    \b
    Example:
      crm stop
    """
    from . import running

    running.stop()


@app.command()
def reset(
    *, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Stop everything and remove its data, keys and logs.

    The next `crm up` begins anew. With ADMIN_DATABASE_URL set, the three databases and their
    roles on that server go too. Streams on the server of a NATS_URL stay.

    \b
    Examples:
      crm reset
      crm reset --yes
    """
    from . import running

    running.reset(ask=not yes)


@app.command()
def logs(
    name: PartName = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay, and show more.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last.")] = 50,
) -> None:
    """Show the last lines that a part, or every part, has logged.

    \b
    Examples:
      crm logs
      crm logs sales -f
      crm logs gateway -n 500
    """
    from . import logging_files

    logging_files.show(name, follow=follow, lines=lines)


@app.command()
def migrate(
    name: Annotated[
        str | None, typer.Argument(help="customers, sales or service_desk; all when left out.")
    ] = None,
) -> None:
    """Bring the databases to their newest form.

    With OWNER_DATABASE_URL set, that one database (name the service); otherwise the databases of
    this checkout, which must be up. Run again, it changes nothing.

    \b
    Examples:
      crm migrate
      OWNER_DATABASE_URL=postgresql://sales_owner:secret@db/sales crm migrate sales
    """
    from . import migrating

    migrating.migrate(name)


@app.command()
def stream() -> None:
    """Print the administrator's address of the event stream, password included.

    Whoever has it may do everything with the stream: to subscribers give what
    `crm events grant` prints.

    \b
    Example:
      NATS_URL=$(crm stream) python my_inspection.py
    """
    from . import streaming

    streaming.show()


@tenant.command("create")
def tenant_create(
    name: Annotated[str, typer.Argument(help="What the company is called.")],
    *,
    administrator: Annotated[
        str, typer.Option(help="E-mail address of its first staff user, an administrator.")
    ],
    slug: Annotated[
        str | None, typer.Option(help="Its short name; made from NAME when left out.")
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(
            help="The administrator's password; when left out, they choose it by a link.",
            envvar="CRM_PASSWORD",
        ),
    ] = None,
) -> None:
    """Create a company with its first administrator.

    Prints a link by which the administrator chooses a password, once: the mutation
    acceptInvitation takes the token in it.

    \b
    Examples:
      crm tenant create "Acme Ltd" --administrator ann@acme.example
      CRM_PASSWORD=… crm tenant create "Acme Ltd" --slug acme --administrator ann@acme.example
    """
    from . import identities

    identities.create_tenant(name, slug=slug, administrator=administrator, password=password)


@tenant.command("delete")
def tenant_delete(
    tenant: Annotated[str, typer.Argument(help="The company's short name.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    receipt: Annotated[
        Path | None, typer.Option(help="Where to write the receipt; else TENANT.deleted.json.")
    ] = None,
) -> None:
    """Delete a company for ever, with everything that it has in all services.

    Writes a receipt: how many rows of which table went, and until when the stream still holds
    events, which say nothing of any person. Broken off, it can be run again. Elsewhere than in
    this checkout, CUSTOMERS_OWNER_DATABASE_URL, SALES_OWNER_DATABASE_URL,
    SERVICE_DESK_OWNER_DATABASE_URL and NATS_URL say where everything is. Backups keep what they
    have until they are too old.

    \b
    Examples:
      crm tenant delete acme
      crm tenant delete acme --yes --receipt acme-2026-11-28.json
    """
    from . import deleting

    deleting.delete(tenant, is_sure=yes, receipt=receipt)


@app.command()
def token(
    *,
    as_: Annotated[str, typer.Option("--as", help="E-mail address of a staff user.")],
    tenant: Annotated[str, typer.Option(help="The short name of their company.")] = "default",
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it is good.")] = 60,
) -> None:
    """Print a token of a staff user, signed with this checkout's key.

    Works only for who can read that key (.run/keys), and for a staff user who exists.

    \b
    Example:
      curl -H "Authorization: Bearer $(crm token --as ann@acme.example --tenant acme)" \\
           -H 'Content-Type: application/json' -d '{"query": "{ viewer { id } }"}' \\
           http://127.0.0.1:8000/graphql
    """
    from . import identities

    identities.print_token(as_, tenant=tenant, minutes=minutes)


@app.command()
def mail(
    *,
    lines: Annotated[int, typer.Option("--number", "-n", min=1, help="How many of the last.")] = 5,
) -> None:
    """Show the last messages that were to leave this machine.

    Without MAIL_URL nothing leaves: invitations and the like are files in .run/mail/.

    \b
    Example:
      crm mail -n 1
    """
    from . import mailing

    mailing.show(lines)


@keys.command("rotate")
def keys_rotate(
    program: Annotated[str, typer.Argument(help="customers, sales, service_desk or gateway.")],
) -> None:
    """Let a program sign with a new key, and nobody notice.

    What was signed with the last key stays good, what with the one before that is not any more.
    The programs read the files again by themselves.

    \b
    Example:
      crm keys rotate customers
    """
    from . import identities

    identities.rotate_key(program)
