"""What becomes of a request by whichever way it came: an answer, or what stands in its way."""

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from gateway.errors import Code, RequestRefused
from gateway.metrics import Metrics
from services.chassis import telemetry
from services.chassis.logs import log

T = TypeVar("T")


async def outcome(doing: Awaitable[T]) -> tuple[int, T | dict[str, Any]]:
    """Do it; what is wrong with the request is said, what is wrong here masked and logged."""
    try:
        return 200, await doing
    except RequestRefused as refused:
        return refused.status, {"errors": refused.errors}
    except Exception:  # noqa: BLE001  # the one place where faults are masked and logged
        log().exception("request failed")
        fault = RequestRefused(Code.INTERNAL, "something went wrong here", status=500)
        return fault.status, {"errors": fault.errors}


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """Give each error of an answer the request's id."""
    if not answer.get("errors"):
        return answer
    more = {"requestId": telemetry.current().request_id}
    errors = [{**it, "extensions": {**it["extensions"], **more}} for it in answer["errors"]]
    return {**answer, "errors": errors}


def note(metrics: Metrics, answer: Mapping[str, Any], took: float) -> None:
    """Count an answer, and log how it is: without its content."""
    how = "refused" if "data" not in answer else "partial" if answer.get("errors") else "ok"
    metrics.request(how, took)
    log().info("a request was answered", outcome=how, ms=round(took * 1000, 1))
