"""How old a ship is."""

from datetime import date


def label(name: str, built_on: date | None) -> str:
    return f"{name} of {built_on.year}" if built_on else name
