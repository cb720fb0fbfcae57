"""`manage.py check_schema`: can the code run on this database?"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, Error, connections

from scorer_v2.database.schema_check import missing_from_schema, optional_missing_from_schema


class Command(BaseCommand):
    help = (
        "Compares the live database with what the code needs: tables, columns, unique keys and indexes. "
        "Exit status 1, and a line each, when something is missing. A line that begins with `optional` is information: "
        "the database is of an older generation, and the code does without."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, choices=tuple(connections), metavar="ALIAS")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        alias = options["database"]
        try:
            missing = missing_from_schema(connections[alias])
            optional = optional_missing_from_schema(connections[alias])
        except Error as error:
            raise CommandError(f"The database {alias!r} cannot be asked: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps({"database": alias, "missing": missing, "optional": optional}))
        else:
            for line in (*missing, *(f"optional: {line}" for line in optional)):
                self.stdout.write(line)
        if missing:
            raise CommandError(f"The database {alias!r} lacks {len(missing)} of the things that the code needs.")
        if not options["json"]:
            self.stdout.write(f"The database {alias!r} has all that the code needs.")
