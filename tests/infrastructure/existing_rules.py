"""The rules that the listeners have today (contract, section 7.3), in the form in which a load balancer tells them."""

from collections.abc import Sequence
from typing import Any

PASSPORT = "*.passport.xyz"
GITCOIN = "*.gitcoin.co"

# Number, methods, host, path, target.
Listed = tuple[int, Sequence[str], str | None, str, str]

PUBLIC: list[Listed] = [
    (1030, ["POST"], None, "/registry/submit-passport", "old"),
    (1031, ["POST"], None, "/ceramic-cache/score/*", "old"),
    (1032, ["POST"], None, "/ceramic-cache/stamps/bulk", "weighted"),
    (1033, ["PATCH"], None, "/ceramic-cache/stamps/bulk", "weighted"),
    (1034, ["DELETE"], None, "/ceramic-cache/stamps/bulk", "weighted"),
    (1035, ["GET"], None, "/passport/analysis/*", "old"),
    (1036, ["GET"], None, "/ceramic-cache/score/0x*", "weighted"),
    (1037, ["GET"], None, "/ceramic-cache/weights", "weighted"),
    (1038, ["GET"], None, "/ceramic-cache/stamp", "weighted"),
    (2000, [], GITCOIN, "/v2/*", "fixed 400"),
    (2110, ["GET"], PASSPORT, "/v2/models/score/*", "old"),
    (2111, ["GET"], PASSPORT, "/v2/stamps/*/score/*/history", "old"),
    (2112, ["GET"], PASSPORT, "/v2/stamps/*/score/*", "weighted"),
    (2200, [], PASSPORT, "/v2/*", "old"),
    (5000, ["GET", "OPTIONS"], None, "/account/nonce", "old"),
    (5001, ["POST", "OPTIONS"], None, "/ceramic-cache/authenticate", "old"),
]
INTERNAL: list[Listed] = [
    (2104, ["POST"], None, "/internal/embed/stamps/*", "weighted"),
    (2105, ["GET"], None, "/internal/embed/validate-api-key", "weighted"),
    (2106, ["GET"], None, "/internal/embed/score/*/*", "weighted"),
    (2120, [], None, "/internal/*", "weighted"),
]

EXISTING = {"Public": PUBLIC, "Internal": INTERNAL}


def existing_rules(side: str, *, without: Sequence[int] = ()) -> list[dict[str, Any]]:
    return [_rule(listed) for listed in EXISTING[side] if listed[0] not in without]


def target_name(target: str) -> str:
    return f"existing: {target}"


def _rule(listed: Listed) -> dict[str, Any]:
    number, methods, host, path, target = listed
    conditions = [
        {"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}},
        *([{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": methods}}] if methods else []),
        *([{"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}] if host else []),
    ]
    action = {"Type": "forward", "TargetGroupArn": target_name(target)}
    return {"Priority": str(number), "Conditions": conditions, "Actions": [action]}
