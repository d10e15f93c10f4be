"""Some seconds of the soak that `make prove PROOF=gateway_soak` runs for minutes."""

from pathlib import Path

from tests.gateway.soaking import Soak


async def test_a_gateway_under_load_keeps_nothing_of_what_is_over(tmp_path: Path):
    said: list[str] = []
    soak = Soak(tmp_path, seconds=20, clients=100, say=said.append)
    assert await soak.run(), "\n".join(said)
    assert (
        min(soak.done[it] for it in ("answered", "refused", "left", "conversed", "listened")) > 5
    )
