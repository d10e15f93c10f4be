"""The words of every command that asks a graph: as whom, of which company, and where it is."""

from typing import Annotated

import typer

Person = Annotated[
    str | None,
    typer.Option("--as", help="E-mail address of a staff user; else CRM_TOKEN is taken."),
]
Tenant = Annotated[str, typer.Option(help="The short name of their company.")]
Url = Annotated[
    str | None, typer.Option(help="The graph's address; this checkout's when left out.")
]
