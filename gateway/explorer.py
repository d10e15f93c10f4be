"""The explorer page at `/`: one file of our own, told its sign-in and examples by settings."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import GatewaySettings

PAGE = Path(__file__).with_name("explorer.html")
PLACE = "/*settings*/null"
INLINE = re.compile(rb"<(script|style)[^>]*>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Explorer:
    """The page as it is sent, with headers that let nothing into it that is not its own."""

    page: bytes
    headers: Mapping[str, str]

    @staticmethod
    def of(settings: GatewaySettings) -> "Explorer":
        told = {"signIn": settings.explorer_sign_in, "examples": settings.explorer_examples}
        script = json.dumps(told).replace("<", "\\u003c")  # no value can end the script
        page = PAGE.read_text(encoding="utf-8").replace(PLACE, script).encode()
        return Explorer(page, {"content-security-policy": _policy(page), **CLOSED})


CLOSED = {
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}


def _policy(page: bytes) -> str:
    """Allow the page's own script and style, by their hashes, and requests to this origin."""
    allowed: dict[str, list[str]] = {"script": [], "style": []}
    for kind, text in INLINE.findall(page):
        digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
        allowed[kind.decode()].append(f"'sha256-{digest}'")
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(allowed['script'])}",
            f"style-src {' '.join(allowed['style'])}",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
