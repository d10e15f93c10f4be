"""A supervisor in a process of its own, with real servers and small programs on them."""

import os
import sys
from dataclasses import replace
from pathlib import Path

from deploy.cli.migrating import migrate_one
from deploy.local import programs
from deploy.local.checkout import Checkout
from deploy.local.refusals import Refused
from deploy.local.screen import Screen
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor, System

TINY = (sys.executable, str(Path(__file__).with_name("tiny.py")))


def tiny(program):
    """The program as it would be, its settings and all, but small."""
    dies = {"DIES": "yes"} if program.name == os.environ.get("DYING") else {}
    settings = {**program.settings, "NAME": program.name, **dies}
    return replace(program, command=TINY, settings=settings)


def services(ground, settings):
    return [tiny(each) for each in programs.services(ground, settings)]


def gateway(ground, settings, explorer):
    return tiny(programs.gateway(ground, settings, explorer))


def migrate(name, owner_url):
    if os.environ.get("MIGRATES"):
        migrate_one(name, owner_url)
    print(f"{name} as {owner_url.split('//')[1].split(':')[0]}", flush=True)  # noqa: T201  # read by the test


class Company:
    def explorer_settings(self):
        return {"EXPLORER_SIGN_IN": "{}"}

    def is_there(self, databases):
        return Path(os.environ["COMPANY"]).exists()

    def load(self, graph_url, databases):
        Path(os.environ["COMPANY"]).touch()

    def welcome(self, graph_url):
        return [f"  ask       curl {graph_url}"]


if __name__ == "__main__":
    settings = LocalSettings()
    system = System(company=Company(), migrate=migrate, services=services, gateway=gateway)
    try:
        Supervisor(Checkout(settings.run_folder), settings, Screen(), system).run()
    except Refused as refusal:
        sys.exit(str(refusal))
