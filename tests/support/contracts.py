"""The toy's contract, compiled when it is first asked for."""

import importlib.util
import sys
import tempfile
from functools import cache
from pathlib import Path

from grpc_tools import protoc


@cache
def toy_contract():
    with tempfile.TemporaryDirectory() as folder:
        here = Path(__file__).parent
        done = protoc.main(["protoc", f"-I{here}", f"--python_out={folder}", "toy.proto"])
        assert done == 0
        spec = importlib.util.spec_from_file_location("toy_pb2", Path(folder) / "toy_pb2.py")
        assert spec
        assert spec.loader
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
