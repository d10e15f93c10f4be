"""The commands of `crm` and their help; what each does stands in a module of its own.

Those modules are imported when their command runs: `crm --help` answers at once.
"""

# ruff: noqa: D301, PLC0415  # click's own mark for lines that stay as they are; see above

import enum
from pathlib import Path
from typing import Annotated

import typer

from .eventing.commands import events

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Run Guanxi on this machine, and look after it.",
)
tenant = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Companies on this system.")
app.add_typer(tenant, name="tenant")
app.add_typer(events, name="events")
keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys of this checkout.")
app.add_typer(keys, name="keys")


class Format(enum.Enum):
    """How a file holds records; the members are what one types."""

    csv = "csv"
    jsonl = "jsonl"


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


@app.command("import")
def import_(  # noqa: PLR0913  # each is a word of the command line
    kind: Annotated[str, typer.Argument(help="What the file holds, as the mapping calls it.")],
    file: Annotated[
        Path, typer.Argument(help="CSV with a line of headings, or JSON lines (.jsonl).")
    ],
    *,
    map: Annotated[
        Path | None,
        typer.Option("--map", help="Which column is which field; else the headings say it."),
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="E-mail address of a staff user; else CRM_TOKEN is taken."),
    ] = None,
    tenant: Annotated[str, typer.Option(help="The short name of their company.")] = "default",
    url: Annotated[
        str | None, typer.Option(help="The graph's address; this checkout's when left out.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where to write refused rows, with their reasons.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of it; keep nothing.")
    ] = False,
    source: Annotated[
        str | None, typer.Option(help="Whose ids `externalRef.id` holds; a mapping says it too.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What stands between cells: any letter, or tab.")
    ] = None,
    quote: Annotated[
        str | None, typer.Option(help="What stands around cells; '' for none.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="utf-8, utf-16, windows-1252 …")] = None,
) -> None:
    """Bring in a file through the graph.

    The file is sent up, and a job there brings its rows in. How it is written is found, and shown
    first: encoding, delimiter, quotes, line ends; say it where it is found wrongly.

    Each row is made, or changed, by the id that the file knows it by: run it twice and the
    second time changes nothing. A row that is refused is told with its line and reason, and the
    rest goes in; exits with 1 when there was one. Dates and states that are past need the
    permission to import history. docs/guides/import.md shows how to write a mapping.

    \b
    Examples:
      crm import customers customers.csv --map customers.toml --as ann@acme.example --tenant acme
      crm import products products.csv --source shop --as ann@acme.example --dry-run
      crm import orders orders.csv --map orders.toml --as ann@acme.example --rejects refused.csv
      CRM_TOKEN=… crm import orders orders.csv --map orders.toml --url https://crm.example/graphql
    """
    from .importing import command, importer
    from .importing.rows import Said

    said = Said(delimiter, quote, encoding)
    job = importer.Job(kind, file, map, rejects, said, source, dry_run)
    command.import_file(job, url=url, person=as_, tenant=tenant)


@app.command()
def export(  # noqa: PLR0913  # each is a word of the command line
    kind: Annotated[str, typer.Argument(help="What to take out: customers, order_lines …")],
    file: Annotated[Path, typer.Argument(help="The file to make.")],
    *,
    where: Annotated[
        str | None, typer.Option(help="Which records, as the list's filter in JSON.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(help="Which columns, with commas; all that can be imported if unsaid."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.csv,
    delimiter: Annotated[str | None, typer.Option(help="A comma if unsaid.")] = None,
    spreadsheet: Annotated[
        bool, typer.Option("--spreadsheet", help="Guard texts that look like formulas.")
    ] = False,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="E-mail address of a staff user; else CRM_TOKEN is taken."),
    ] = None,
    tenant: Annotated[str, typer.Option(help="The short name of their company.")] = "default",
    url: Annotated[
        str | None, typer.Option(help="The graph's address; this checkout's when left out.")
    ] = None,
) -> None:
    """Take records out into a file.

    All records that one may see and that the filter finds; however many they are, a job writes
    them. What comes out can be brought in again with `crm import`, and changes nothing.

    \b
    Examples:
      crm export customers customers.csv --as ann@acme.example --tenant acme
      crm export products p.jsonl --format jsonl --where '{"isActive": {"eq": true}}'
    """
    from . import exporting

    export = exporting.Export(kind, file, where, columns, format.value, delimiter, spreadsheet)
    exporting.export_file(export, url=url, person=as_, tenant=tenant)


@app.command()
def compose(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when it is stale.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write to another file.")] = None,
) -> None:
    """Compose the supergraph of the services' schemas.

    The gateway serves it from gateway/supergraph.graphql, which is in git.

    \b
    Examples:
      crm compose
      crm compose --check
    """
    from . import composing

    composing.compose(check=check, out=out)


@app.command()
def gateway(
    *,
    supergraph: Annotated[
        Path | None, typer.Option(help="A supergraph file, whoever composed it.")
    ] = None,
    subgraph: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=URL[,sdl=FILE]",
            help="A subgraph to compose; without a file it is asked for its SDL. Repeatable.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen.")] = 4000,
    forward_authorization: Annotated[
        bool,
        typer.Option(
            "--forward-authorization", help="Send the callers' authorization to all subgraphs."
        ),
    ] = False,
) -> None:
    """Serve a graph of any Federation 1 or 2 subgraphs, without tokens or services of ours.

    The graph is at /graphql, its probes at /livez and /readyz. SIGHUP reads the graph anew, and so
    does `POST /admin/reload` with the bearer token that GATEWAY_ADMIN_SECRET holds; a graph that
    is of no use leaves the old one serving. Exits with 2 when there is no graph to serve.

    \b
    Examples:
      crm gateway --supergraph supergraph.graphql
      crm gateway --subgraph users=http://localhost:4001/graphql
      crm gateway --subgraph users=http://a/graphql,sdl=users.graphql --host 0.0.0.0 --port 4000
    """
    from . import gatewaying

    graph = gatewaying.source(supergraph, subgraph or [])
    gatewaying.serve(graph, host=host, port=port, forwards=forward_authorization)
