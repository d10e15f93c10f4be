"""Where the event stream of this checkout is."""

import typer

from . import here


def show() -> None:
    given = here.settings().nats_url
    typer.echo(here.nats().url if given is None else given.get_secret_value())
