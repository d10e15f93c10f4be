"""The command: `python -m gateway.composition NAME=URL,sdl=FILE … --out FILE [--check]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.composition import CompositionFailed, SubgraphSource, compose


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the supergraph file, or with --check say whether the one there is fresh."""
    options = _parser().parse_args(arguments)
    try:
        text = compose(dict(options.subgraphs), strict_inputs=options.strict_inputs)
    except CompositionFailed as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
        return 1
    if options.out is None:
        sys.stdout.write(text)
        return 0
    if not options.check:
        options.out.write_text(text, encoding="utf-8")
        return 0
    if options.out.exists() and options.out.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{options.out} is not what its subgraphs compose to; compose it again.\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateway.composition",
        description="Compose subgraphs into one standard supergraph file.",
    )
    parser.add_argument(
        "subgraphs",
        nargs="+",
        type=_subgraph,
        metavar="NAME=URL,sdl=FILE",
        help="a subgraph: its name, where it is served, and the file with its SDL",
    )
    parser.add_argument("--out", type=Path, help="the supergraph file (standard output if absent)")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if --out is stale")
    parser.add_argument(
        "--strict-inputs",
        action="store_true",
        help="refuse input types, arguments and enums that merging would narrow",
    )
    return parser


def _subgraph(text: str) -> tuple[str, SubgraphSource]:
    name, _, rest = text.partition("=")
    url, found, file = rest.rpartition(",sdl=")
    if not (name and found and file):
        raise argparse.ArgumentTypeError(f'"{text}" is not NAME=URL,sdl=FILE')
    try:
        return name, SubgraphSource(url, Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot read {file}: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
