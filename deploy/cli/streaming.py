"""Where the event stream of this checkout is."""

import typer

from deploy.local.nats import Nats
from deploy.local.refusals import NotRunning

from . import here


def show() -> None:
    given = here.settings().nats_url
    if given is not None:
        typer.echo(given.get_secret_value())
        return
    checkout = here.checkout()
    places = {part.name: part.address for part in checkout.parts()}
    if checkout.supervisor() is None or "nats" not in places:
        raise NotRunning("this checkout is not up: `make run` starts it")
    typer.echo(Nats(checkout.nats, int(places["nats"].rpartition(":")[2])).url)
