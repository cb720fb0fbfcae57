"""Before the first request: settings and code must load, and the checks must find no error."""

import logging
import os
import sys

import django
from django.core import checks
from django.core.exceptions import ImproperlyConfigured


def verify() -> None:
    """Load the application. Raises SystemExit, with one sentence for each thing that is wrong, and exit status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")
    try:
        django.setup()
        logging.captureWarnings(True)  # so that Python's warnings are JSON lines too
        found = checks.run_checks()
    except ImproperlyConfigured as error:
        raise SystemExit("\n".join(f"scorer_v2 does not start: {line}" for line in str(error).splitlines())) from None
    errors = [message for message in found if message.is_serious()]
    if errors:
        raise SystemExit("\n".join(f"scorer_v2 does not start: {error.msg}" for error in errors))
    for warning in found:
        sys.stderr.write(f"scorer_v2: {warning.msg}\n")
