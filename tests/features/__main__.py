"""Print the ledger: `make features`."""

import sys
from pathlib import Path

from tests.features import ledger


def main() -> None:
    """Print a line for each row and rule, and how many of them are proven."""
    record = Path(__file__).parents[2] / ledger.RECORD
    if not record.exists():
        sys.stderr.write("no whole run of the tests is on record yet: run `make test` first\n")
    told = ledger.lines(ledger.rows(), ledger.read(record))
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
