"""Stubs are generated from the contracts when they differ, and only then."""

import subprocess
import sys

from deploy.cli import stubs

MONEY = """
syntax = "proto3";
package toy.v1;
message Money { string amount = 1; }
"""
SHOP = """
syntax = "proto3";
package toy.v1;
import "money.proto";
import "google/protobuf/timestamp.proto";
message Ask { google.protobuf.Timestamp at = 1; }
service Shop { rpc Price(Ask) returns (Money); }
"""
USE = "from stubs import shop_pb2_grpc, money_pb2; print(money_pb2.Money(amount='7').amount)"


def contract(services, service, name, text):
    folder = services / service / "contract"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_stubs_work_as_a_package_and_know_their_siblings(tmp_path):
    contract(tmp_path, "shop", "shop.proto", SHOP)
    contract(tmp_path, "bank", "money.proto", MONEY)
    assert stubs.generate(tmp_path)
    said = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert said.stdout == "7\n", said.stderr
    assert "from . import money_pb2" in (tmp_path / "stubs" / "shop_pb2.pyi").read_text()


def test_stubs_are_written_only_when_a_contract_differs(tmp_path):
    contract(tmp_path, "bank", "money.proto", MONEY)
    assert stubs.generate(tmp_path)
    assert not stubs.generate(tmp_path)
    contract(tmp_path, "bank", "money.proto", MONEY.replace("amount", "value"))
    assert stubs.generate(tmp_path)


def test_the_stubs_of_a_contract_that_is_gone_go_too(tmp_path):
    contract(tmp_path, "bank", "money.proto", MONEY)
    contract(tmp_path, "bank", "coin.proto", MONEY.replace("Money", "Coin"))
    stubs.generate(tmp_path)
    (tmp_path / "bank" / "contract" / "coin.proto").unlink()
    stubs.generate(tmp_path)
    assert not list((tmp_path / "stubs").glob("coin*"))
    assert list((tmp_path / "stubs").glob("money*"))
