"""The sixteen endpoints: a request to each, the load balancer that it comes to, and who answers it today."""

from dataclasses import dataclass

from tests.infrastructure.listener_rules import Request

ADDRESS = "0xde30000000000000000000000000000000000001"


@dataclass(frozen=True)
class Endpoint:
    number: int
    side: str
    request: Request
    route: str
    old_group: str


def _endpoint(number: int, side: str, asked: str, route: str, old_group: str) -> Endpoint:
    method, path = asked.split(" ")
    host = "api.passport.xyz" if side == "Public" else "internal.local"
    return Endpoint(number, side, Request(method, path.replace("ADDRESS", ADDRESS), host), route, old_group)


ENDPOINTS = [
    _endpoint(1, "Public", "GET /v2/stamps/335/score/ADDRESS", "/v2/stamps/{scorer_id}/score/{address}", "OldScore"),
    _endpoint(
        2,
        "Internal",
        "GET /internal/embed/score/335/ADDRESS",
        "/internal/embed/score/{scorer_id}/{address}",
        "OldEmbedScore",
    ),
    _endpoint(
        3, "Internal", "POST /internal/embed/stamps/ADDRESS", "/internal/embed/stamps/{address}", "OldEmbedStamps"
    ),
    _endpoint(
        4, "Internal", "GET /internal/embed/validate-api-key", "/internal/embed/validate-api-key", "OldValidateKey"
    ),
    _endpoint(5, "Public", "POST /ceramic-cache/stamps/bulk", "/ceramic-cache/stamps/bulk", "OldBulkStamps"),
    _endpoint(6, "Public", "GET /ceramic-cache/score/ADDRESS", "/ceramic-cache/score/{address}", "OldUserScore"),
    _endpoint(
        7, "Internal", "GET /internal/score/v2/335/ADDRESS", "/internal/score/v2/{scorer_id}/{address}", "OldInternal"
    ),
    _endpoint(8, "Internal", "GET /internal/embed/weights", "/internal/embed/weights", "OldInternal"),
    _endpoint(9, "Internal", "POST /internal/check-bans", "/internal/check-bans", "OldInternal"),
    _endpoint(10, "Internal", "POST /internal/check-revocations", "/internal/check-revocations", "OldInternal"),
    _endpoint(
        11,
        "Internal",
        "GET /internal/allow-list/Partners/ADDRESS",
        "/internal/allow-list/{list_name}/{address}",
        "OldInternal",
    ),
    _endpoint(
        12,
        "Internal",
        "GET /internal/customization/credential/Type%23name%2312345678",
        "/internal/customization/credential/{provider_id}",
        "OldInternal",
    ),
    _endpoint(13, "Internal", "GET /internal/stake/gtc/ADDRESS", "/internal/stake/gtc/{address}", "OldInternal"),
    _endpoint(
        14,
        "Internal",
        "GET /internal/stake/legacy-gtc/ADDRESS/1",
        "/internal/stake/legacy-gtc/{address}/{round_id}",
        "OldInternal",
    ),
    _endpoint(
        15,
        "Internal",
        "GET /internal/cgrants/contributor_statistics",
        "/internal/cgrants/contributor_statistics",
        "OldInternal",
    ),
    _endpoint(16, "Internal", "GET /internal/embed/config", "/internal/embed/config", "OldInternal"),
]
