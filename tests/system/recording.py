"""`make recordings`: every deed is played on a fresh system, and what it told is written down.

The recordings are examples for subscribers; those of the last release are played to today's
readers.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path

from deploy.local.checkout import ROOT
from services.chassis.contract import RECORDED
from tests.system import deeds, outside
from tests.system.system import Company, System

TENANT = "default"
"""Recordings are of no company of ours."""


def recorded(service, *, released=False):
    """Give the events that were recorded of a service, now or at the last release."""
    folder = ROOT / "services" / service / "contract"
    file = (folder / "released" if released else folder) / RECORDED
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def shapes(events):
    """Give what the events of each type say: the names of their data, and no values."""
    found: dict[str, set[str]] = {}
    for it in events:
        found.setdefault(it["type"], set()).update(it["data"])
    return {type: sorted(names) for type, names in found.items()}


async def told(system, company):
    """Give the bodies of what the stream holds of a company, in its order, by their service."""
    await outside.drained(system)
    bodies = [json.loads(it.data) for it in await outside.heard(system, company.tenant)]
    return {
        service: [it for it in bodies if it["source"] == f"/{service}"]
        for service in outside.SERVICES
    }


async def record(system):
    company = Company(system)
    await company.found()
    await deeds.play(company)
    for service, bodies in (await told(system, company)).items():
        lines = [json.dumps(it | {"tenant": TENANT}, ensure_ascii=False) for it in bodies]
        file = ROOT / "services" / service / "contract" / RECORDED
        file.write_text("\n".join(lines) + "\n", "utf-8")


def main():
    folder, sockets = (Path(tempfile.mkdtemp(prefix="guanxi-")) for _ in range(2))
    system = System(folder, sockets)
    try:
        system.start()
        asyncio.run(record(system))
    finally:
        system.stop()
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
