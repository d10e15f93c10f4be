"""The folder of sockets: short, private, and never left behind for good."""

from deploy.local.checkout import Checkout
from deploy.local.screen import Screen
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor, System


def run_in(folder):
    settings = LocalSettings(run_folder=folder)
    return Supervisor(Checkout(folder), settings, Screen(), System(migrate=lambda *_: None))


def test_a_run_removes_its_folder_when_it_ends(tmp_path):
    run = run_in(tmp_path)
    with run.running:
        folder = run.make_sockets()
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    left = run_in(tmp_path).make_sockets()
    with (following := run_in(tmp_path)).running:
        folder = following.make_sockets()
        assert folder.is_dir()
        assert not left.exists()
