"""Messages that would have left this machine, from a terminal."""

from email import message_from_bytes, policy

import typer

from deploy.local.refusals import NotThere
from deploy.local.settings import mail_folder

from . import here


def show(number: int) -> None:
    """Show the last ones, the newest last."""
    folder = mail_folder(here.settings().run_folder)
    found = sorted(folder.glob("*.eml"), key=lambda it: it.stat().st_mtime_ns)
    if not found:
        raise NotThere("no message was to leave this machine yet")
    for file in found[-number:]:
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = message.get_body()
        typer.echo(f"{message['Date']}  to {message['To']}: {message['Subject']}")
        typer.echo(body.get_content() if body else "")
