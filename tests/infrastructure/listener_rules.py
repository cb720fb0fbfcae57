"""What a load balancer does with a request: the rules in order of their numbers, and the first that fits."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    host: str = "api.passport.xyz"
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_header(self, value: str = "true") -> "Request":
        return Request(self.method, self.path, self.host, {"X-Use-Rust-Scorer": value})


def first_fitting(rules: Iterable[Rule], request: Request) -> Rule:
    """The default has no number and comes last."""
    numbered = sorted(rules, key=lambda rule: (rule["Priority"] == "default", _number(rule)))
    return next(rule for rule in numbered if all(_fits(condition, request) for condition in rule["Conditions"]))


def shares(rule: Rule, names: Mapping[str, str]) -> dict[str, int]:
    """To which target groups, by name, and with which weights the rule forwards; nothing for another action."""
    (action,) = rule["Actions"]
    if action["Type"] != "forward":
        return {}
    groups = action.get("ForwardConfig", {}).get("TargetGroups")
    if groups is None:
        return {names[action["TargetGroupArn"]]: 1}
    return {names[group["TargetGroupArn"]]: int(group["Weight"]) for group in groups}


def values(rule: Rule, field_name: str | None = None) -> list[str]:
    """The values of the rule's conditions, or of those on one field."""
    return [
        value
        for condition in rule["Conditions"]
        if field_name in (None, condition["Field"])
        for value in _values(condition)
    ]


def asks_for_the_header(rule: Rule) -> bool:
    return bool(values(rule, "http-header"))


def _number(rule: Rule) -> int:
    return 0 if rule["Priority"] == "default" else int(rule["Priority"])


def _values(condition: Mapping[str, Any]) -> list[str]:
    return next(value["Values"] for name, value in condition.items() if name.endswith("Config"))


def _fits(condition: Mapping[str, Any], request: Request) -> bool:
    texts = {"path-pattern": request.path, "host-header": request.host, "http-request-method": request.method}
    if condition["Field"] == "http-header":
        given = {name.lower(): value for name, value in request.headers.items()}
        text = given.get(condition["HttpHeaderConfig"]["HttpHeaderName"].lower())
    else:
        text = texts[condition["Field"]]
    flags = re.IGNORECASE if condition["Field"] in ("host-header", "http-header") else 0
    return text is not None and any(_pattern(value, flags).fullmatch(text) for value in _values(condition))


def _pattern(text: str, flags: int) -> "re.Pattern[str]":
    """An asterisk is any number of characters, slashes among them; a question mark is one."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each, re.escape(each)) for each in text), flags | re.DOTALL)
