#!/usr/bin/env python
"""Django's command line. Defaults to the production settings, which refuse to start half-configured."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")
    # What a command does may take its time, and touches so many rows that a plan should know how many.
    for name in ("STATEMENT_TIMEOUT_MS", "IDLE_TRANSACTION_TIMEOUT_MS", "ANSWER_TIMEOUT_MS", "GENERIC_PLANS"):
        os.environ.setdefault(f"DATABASE_{name}", "0")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
