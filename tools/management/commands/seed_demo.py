"""`manage.py seed_demo`: demo data, in an empty development database."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tools.demo import SECRETS_FILE, DemoData, seed
from tools.demo.people import PARTNER_COMMUNITY, PEOPLE, UI_COMMUNITY, Person


class Command(BaseCommand):
    help = (
        "Add demo data to the database: a user for the admin site, API keys, three communities, and addresses whose "
        "stamps show every rule. Adds only what is missing. Refuses to run where settings.DEVELOPMENT is not True."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        data = seed()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(data), indent=2))
        else:
            for section in (_secrets(data), _people(), _counts(data)):
                self.stdout.write("\n".join(section) + "\n")


def _as_json(data: DemoData) -> dict[str, Any]:
    people = [
        {"name": person.name, "address": person.address, "scores": person.scores, "expectation": person.expectation}
        for person in PEOPLE
    ]
    return {**asdict(data), "people": people}


def _secrets(data: DemoData) -> list[str]:
    if not data.api_keys:
        return [f"Password and API keys were shown when they were made; they are in .data/{SECRETS_FILE}."]
    keys = [f"  API key, {name + ':':21}{key}" for name, key in data.api_keys.items()]
    return [
        f"Shown this once, and kept in .data/{SECRETS_FILE}. The database has their hashes only.",
        f"  admin site:           user {data.admin_username}, password {data.admin_password}",
        *keys,
        "A server that is running already does not trust the demo's issuer: start it anew.",
    ]


def _people() -> list[str]:
    return [
        "Addresses, and what to expect of them:",
        *(f"  {person.address}  {person.name:6} {_scores(person):22} {person.expectation}" for person in PEOPLE),
    ]


def _scores(person: Person) -> str:
    score, partner_score = person.scores[UI_COMMUNITY], person.scores[PARTNER_COMMUNITY]
    return score if score == partner_score else f"{score}, {partner_score}"


def _counts(data: DemoData) -> list[str]:
    width = max(map(len, data.counts))
    lines = [
        f"  {table:{width}} {count.added:5} added {count.already_there:5} already there"
        for table, count in data.counts.items()
    ]
    added = sum(count.added for count in data.counts.values())
    already_there = sum(count.already_there for count in data.counts.values())
    return ["Rows:", *lines, f"  {'all':{width}} {added:5} added {already_there:5} already there"]
