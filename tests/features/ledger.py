"""What must be proven, and what the last whole run of the tests proved of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROWS = Path(__file__).with_name("rows.json")
RECORD = ".features.json"
FEATURES, RULES, OBLIGATIONS = "features", "rules", "obligations"


@dataclass(frozen=True)
class Row:
    """One sentence that somebody relies on; `service` is empty for a rule or an obligation."""

    id: str
    sentence: str
    service: str = ""


@dataclass(frozen=True)
class Claim:
    """A test that says it proves something, and whether it passed."""

    test: str
    proves: tuple[str, ...]
    passed: bool


def rows(*kinds: str) -> list[Row]:
    """Read the rows of these kinds, all of them if none is named."""
    written = json.loads(ROWS.read_text(encoding="utf-8"))
    return [Row(**row) for kind in kinds or written for row in written[kind]]


def read(record: Path) -> list[Claim]:
    """Read the claims of the last whole run; none, if there was none."""
    if not record.exists():
        return []
    written: list[dict[str, Any]] = json.loads(record.read_text(encoding="utf-8"))["claims"]
    return [Claim(each["test"], tuple(each["proves"]), each["passed"]) for each in written]


def write(record: Path, claims: list[Claim]) -> None:
    """Replace the record, so that no reader ever meets half of one."""
    body = {"claims": [vars(claim) for claim in sorted(claims, key=lambda claim: claim.test)]}
    fresh = record.with_suffix(".tmp")
    fresh.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    fresh.replace(record)


def is_proven(claims: list[Claim]) -> bool:
    """One test at least, and not one that failed, was skipped or never ran."""
    return bool(claims) and all(claim.passed for claim in claims)


def lines(all_rows: list[Row], claims: list[Claim]) -> list[str]:
    """Say for each row whether it is proven and by what, then how many are."""
    by_row: dict[str, list[Claim]] = {row.id: [] for row in all_rows}
    for claim in claims:
        for row_id in claim.proves:
            by_row.setdefault(row_id, []).append(claim)
    told = [_line(row, by_row[row.id]) for row in all_rows]
    proven = sum(is_proven(by_row[row.id]) for row in all_rows)
    return [*told, f"{proven} of {len(all_rows)} proven"]


def _line(row: Row, claims: list[Claim]) -> str:
    where = f"[{row.service}] " if row.service else ""
    if is_proven(claims):
        verdict = "proven by " + ", ".join(claim.test for claim in claims)
    else:
        failing = ", ".join(claim.test for claim in claims if not claim.passed)
        verdict = f"not proven: {failing} did not pass" if failing else "not proven"
    return f"{row.id}  {verdict}  -- {where}{row.sentence}"
