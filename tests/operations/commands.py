"""Running a command as an operator does."""

import json
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command


def run(command: str, *arguments: object) -> tuple[int, str]:
    """The exit status, and what was printed, or the message that it ended with."""
    out = StringIO()
    try:
        call_command(command, *map(str, arguments), stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def run_json(command: str, *arguments: object) -> tuple[int, Any]:
    """The exit status and the printed object."""
    status, printed = run(command, *arguments, "--json")
    return status, json.loads(printed)
