"""What the admin site's lists and uploads cost on large tables: `make measure-admin-site`.

DATABASE_URL names a database of its own, which is migrated and filled when it is empty (some minutes, 4 GB), and kept.
"""

import logging
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from hashlib import md5
from typing import Any

import django

django.setup()

from django.contrib import admin  # noqa: E402 - Django must be set up
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402

from apps.ceramic_cache.models import BanList, CeramicCache  # noqa: E402
from scorer_v2.admin_site.model_admin import IndexedAdmin  # noqa: E402
from tests.admin.list_pages import confirm, upload  # noqa: E402
from tests.factories.account import AddressListFactory, CommunityFactory  # noqa: E402

ROWS = 1_000_000
LINES = 100_000
ADDRESS = "'0x' || md5(({n})::text) || substr(md5(({n})::text || 'x'), 1, 8)"

FILLED = f"""
    INSERT INTO ceramic_cache_ceramiccache (type, address, provider, stamp, proof_value, created_at, updated_at,
        deleted_at, expiration_date, compose_db_save_status, compose_db_stream_id, source_app)
    SELECT 1, {ADDRESS.format(n="n / 10")}, 'provider' || n % 10,
        jsonb_build_object('credentialSubject', jsonb_build_object('nullifiers', jsonb_build_array(md5(n::text))),
                           'filler', repeat(md5(n::text || 'a'), 12)),
        '0x' || md5(n::text) || md5(n::text || 'a') || md5(n::text || 'b') || md5(n::text || 'c'),
        now() - n * interval '1 second', now() - n * interval '1 second', CASE WHEN n % 50 = 0 THEN now() END,
        now() + interval '90 days', 'saved', '', 1 + n % 2
    FROM generate_series(1, {ROWS}) n;
    INSERT INTO registry_passport (address, community_id)
    SELECT {ADDRESS.format(n="n")}, %(community)s FROM generate_series(1, {ROWS // 10}) n;
    INSERT INTO registry_score (passport_id, score, status, last_score_timestamp)
    SELECT id, 1, 'DONE', now() FROM registry_passport;
    INSERT INTO registry_hashscorerlink (hash, address, community_id, expires_at)
    SELECT 'v0:' || n, {ADDRESS.format(n="n / 10")}, %(community)s, now() FROM generate_series(1, {ROWS}) n;
    INSERT INTO registry_event (action, address, community_id, created_at, data)
    SELECT 'SCU', {ADDRESS.format(n="n / 10")}, %(community)s, now(), '{{}}' FROM generate_series(1, {ROWS}) n;
    INSERT INTO registry_stamp (passport_id, provider, credential)
    SELECT id, 'provider' || n, '{{}}' FROM registry_passport, generate_series(1, 10) n;
    INSERT INTO ceramic_cache_ban (type, address, hash, provider, end_time, created_at)
    SELECT 'account', {ADDRESS.format(n="n")}, '', '', CASE WHEN n % 3 = 0 THEN now() WHEN n % 3 = 1
           THEN now() + interval '1 year' END, now() FROM generate_series({ROWS}, {2 * ROWS}) n;
    ANALYZE;
"""


def main() -> None:
    setup_test_environment()
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    call_command("create_user_groups", stdout=open(os.devnull, "w"))  # noqa: SIM115 - for as long as this runs
    if not CeramicCache.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(FILLED, {"community": CommunityFactory().pk})
    browser = Client()
    browser.force_login(operator())
    say(f"{'list':50} {'statements':>10} {'ms':>6} {'ms CPU':>7}")
    for url, query in lists():
        measure_list(browser, url, query)
    say(f"\n{'upload':50} {'seconds':>10} {'CPU':>6} {'MB':>7}")
    if "lists" not in sys.argv:
        measure_uploads(browser)


def operator() -> Any:
    user, _ = get_user_model().objects.get_or_create(username="operator", defaults={"is_staff": True})
    user.groups.set(Group.objects.filter(name="operations"))
    return user


def lists() -> list[tuple[str, dict[str, str]]]:
    """All lists, and some with a search or a filter."""
    held = CeramicCache.objects.filter(pk__gte=ROWS // 2).order_by("pk")[0].address
    stamps, bans = "/admin/ceramic_cache/ceramiccache/", "/admin/ceramic_cache/ban/"
    tables = [m._meta for m, page in admin.site._registry.items() if isinstance(page, IndexedAdmin)]
    whole = [(reverse(f"admin:{table.app_label}_{table.model_name}_changelist"), {}) for table in tables]
    searched = [(url, {"q": str(held)}) for url in (stamps, bans, "/admin/registry/event/", "/admin/registry/score/")]
    deleted = [(stamps, {"deleted_at__isempty": value}) for value in "01"]
    states = [(bans, {"state": state}) for state in ("active", "until", "ended", "not_run")]
    return [*whole, *searched, *deleted, (stamps, {"p": "100"}), *states, (bans, {"kind": "hash"})]


def measure_list(browser: Client, url: str, query: dict[str, str]) -> None:
    assert browser.get(url, query).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        browser.get(url, query)
        statements = len(captured.captured_queries)
    wall, cpu = zip(*(timed(lambda: browser.get(url, query))[1:] for _ in range(5)), strict=True)
    name = url.removeprefix("/admin/") + "&".join(f" {name}={value[:10]}" for name, value in query.items())
    say(f"{name:50} {statements:10} {1000 * statistics.median(wall):6.0f} {1000 * statistics.median(cpu):7.0f}")


def measure_uploads(browser: Client) -> None:
    bans = "type,provider,hash,address,end_time\n" + "\n".join(f",,,{address(n)}," for n in range(LINES))
    steps(browser, "new ban list", "/admin/ceramic_cache/banlist/add/", bans, name=f"measured {time.time():.0f}")
    ban_list = BanList.objects.latest("pk")
    of_list = f"/admin/ceramic_cache/banlist/{ban_list.pk}"
    steps(browser, "the same ban list again", f"{of_list}/import/", bans)
    step("taking it back", lambda: browser.post(f"{of_list}/remove-entries/", {"confirm": "yes", "log_reason": "x"}))
    address_list = AddressListFactory(name=f"measured{time.time():.0f}")
    addresses = "\n".join(map(address, range(LINES)))
    of_addresses = f"/admin/account/addresslist/{address_list.pk}"
    steps(browser, "address list", f"{of_addresses}/import/", addresses)
    steps(browser, "the same address list again", f"{of_addresses}/import/", addresses)
    steps(browser, "taking its addresses off", f"{of_addresses}/remove/", addresses)
    proofs = CeramicCache.objects.filter(deleted_at__isnull=True, revocation__isnull=True).order_by("pk")
    text = "proof_value\n" + "\n".join(proofs.values_list("proof_value", flat=True)[:LINES])
    steps(browser, "revocation list", "/admin/ceramic_cache/revocationlist/add/", text, name=f"m {time.time():.0f}")


def steps(browser: Client, what: str, url: str, text: str, **data: Any) -> None:
    """Preview and confirmation. SimpleUploadedFile and the request are in the memory that is measured."""
    page = step(f"{what}: preview", lambda: upload(browser, url, text, **data))
    step(f"{what}: confirm", lambda: confirm(browser, page))


def step(name: str, action: Callable[[], Any]) -> Any:
    page, wall, cpu = timed(action)
    assert page.status_code in (200, 302), page.content[:500]
    say(f"{name:50} {wall:10.1f} {cpu:6.1f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:7}")
    return page


def timed(action: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, its seconds, and its seconds of CPU in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = action()
    return given, time.perf_counter() - wall, time.process_time() - cpu


def address(number: int) -> str:
    return f"0x{md5(str(number).encode()).hexdigest()}{md5(f'{number}x'.encode()).hexdigest()[:8]}"  # noqa: S324 - no secret


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
