"""Builds the bench's data in the empty database of DATABASE_URL: `python -m tools.bench.building` (see cluster.py)."""

import json
import sys
import time
from datetime import datetime
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - the settings come first
from django.db import connection as django_connection  # noqa: E402
from django.test import Client  # noqa: E402

from tools.bench import filler, holders  # noqa: E402
from tools.bench.identities import API_KEY, INTERNAL_TOKEN, PARTNER_COMMUNITY, USER_COMMUNITY  # noqa: E402
from tools.bench.partners import make_partners  # noqa: E402

COPY_STAMPS = """
    COPY ceramic_cache_ceramiccache
        (type, address, provider, stamp, proof_value, issuance_date, expiration_date, created_at, updated_at,
         compose_db_save_status, compose_db_stream_id, source_app, source_scorer_id)
    FROM STDIN
"""


def main() -> None:
    timed("migrations", lambda: call_command("migrate", verbosity=0, interactive=False, skip_checks=True))
    timed("partners", make_partners)
    driver = django_connection.connection
    timed(f"{filler.Size().stamps:,} stored stamps and links", lambda: filler.fill(driver, filler.Size()))
    timed("signed stamps", lambda: store_signed_stamps(driver))
    timed("statistics", lambda: driver.execute("VACUUM (ANALYZE)"))
    timed("first scores", score_all)


def timed(what: str, work: Any) -> None:
    started = time.perf_counter()
    work()
    sys.stderr.write(f"  {what}: {time.perf_counter() - started:.0f} s\n")


def store_signed_stamps(driver: filler.Connection) -> None:
    with driver.cursor() as cursor, cursor.copy(COPY_STAMPS) as copy:
        for group in holders.GROUPS:
            for address, credential in holders.stored_stamps(group):
                copy.write_row(_row(address, credential, holders.ISSUED_AT))


def _row(address: str, credential: dict[str, Any], at: datetime) -> tuple[Any, ...]:
    provider, proof = credential["credentialSubject"]["provider"], credential["proof"]["proofValue"]
    dates = (credential["issuanceDate"], credential["expirationDate"], at, at)
    return (1, address, provider, json.dumps(credential), proof, *dates, "pending", "", 1, PARTNER_COMMUNITY)


def score_all() -> None:
    """Once each, so that what is measured is never a first score. The UI's community has scores of some."""
    client = Client(headers={"X-API-Key": API_KEY, "Authorization": INTERNAL_TOKEN})
    for group in holders.GROUPS:
        for address in group.addresses:
            _expect_200(client, f"/v2/stamps/{PARTNER_COMMUNITY}/score/{address}")
    for address in holders.STEADY[20].addresses:
        _expect_200(client, f"/internal/score/v2/{USER_COMMUNITY}/{address}")


def _expect_200(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}: {answer.content[:300]!r}")


if __name__ == "__main__":
    main()
