"""The rules of both listeners, ours and the existing ones, and whom they send a request to."""

from copy import copy

from tests.infrastructure.account import NEW_GROUPS, Account
from tests.infrastructure.endpoints import Endpoint
from tests.infrastructure.existing_rules import existing_rules, target_name
from tests.infrastructure.listener_rules import Request, Rule, first_fitting, shares

SIDES = ("Public", "Internal")


class Routing:
    """The rules as they are in the account now."""

    def __init__(self, aws: Account) -> None:
        self.rules: dict[str, list[Rule]] = {side: list(aws.rules(side)) for side in SIDES}
        self.names = aws.group_names() | {target_name(each): each for each in ("old", "weighted", "fixed 400")}

    def beside_existing(self, *, without: tuple[int, ...] = ()) -> "Routing":
        both = copy(self)
        both.rules = {side: [*self.rules[side], *existing_rules(side, without=without)] for side in SIDES}
        return both

    def rule(self, side: str, request: Request) -> Rule:
        return first_fitting(self.rules[side], request)

    def shares(self, side: str, request: Request) -> dict[str, int]:
        return shares(self.rule(side, request), self.names)


def only_new(side: str) -> dict[str, int]:
    return {NEW_GROUPS[side]: 1}


def divided(endpoint: Endpoint, percent: int) -> dict[str, int]:
    return {NEW_GROUPS[endpoint.side]: percent, endpoint.old_group: 100 - percent}
