"""`python -m deploy.cli`, which is installed as `crm`."""

import sys

import typer

from deploy.local.refusals import Refused

from .app import app


def main() -> None:
    try:
        app(prog_name="crm")
    except Refused as refusal:
        typer.echo(f"crm: {refusal}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
