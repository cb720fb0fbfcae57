"""Storing stamps and scoring them, in one transaction (contract, sections 4.3 and 4.5)."""

from typing import Any

from apps.ceramic_cache.stamps.items import StampItem, check_items, check_number, check_numbers, provider_of_subject
from apps.ceramic_cache.stamps.managers import EMBED_APP, PASSPORT_APP, SentStamps, storing_steps
from apps.registry.managers.communities import LARGEST_ID, OR_SIBLING
from apps.registry.services import effective_scorer_id, score_community, stamps_and_score, user_scorer_id
from scorer_v2.primitives.addresses import lowercase_address
from scorer_v2.primitives.errors import DomainError, NotFound

INVALID_SCORER = "Invalid scorer_id"


def store_embed_stamps(*, address: str, scorer_id: int, stamps: list[Any], body: bytes) -> bytes:
    """Stores the embed service's stamps and scores them (4.3); `body` is the request's JSON, `{"stamps": [...]}`.

    Raises, in this order: InvalidAddress, TooManyStamps, InvalidStamp, DomainError for an unknown scorer.
    """
    lowered = lowercase_address(address)
    check_number(stamps)
    items = check_items((provider_of_subject(stamp), stamp) for stamp in stamps)
    check_numbers(body)
    effective = effective_scorer_id(scorer_id)
    missing = DomainError(INVALID_SCORER)
    if abs(effective) > LARGEST_ID:
        raise missing
    sent = SentStamps(items, body.decode(), wrapped=False, source_app=EMBED_APP, scorer_id=effective)
    return _store_and_score(sent, address=lowered, missing=missing, with_points=False)


def store_user_stamps(*, address: str, items: list[tuple[str, Any]], body: bytes) -> bytes:
    """Stores the UI's stamps of the token's address and scores them (4.5); `body` is a JSON list of `{"stamp": ...}`.

    Raises, in this order: TooManyStamps, InvalidAddress, InvalidStamp, NotFound without the UI's community.
    """
    check_number(items)
    lowered = lowercase_address(address)
    checked: list[StampItem] = check_items(items)
    check_numbers(body)
    scorer_id = user_scorer_id()
    sent = SentStamps(checked, body.decode(), wrapped=True, source_app=PASSPORT_APP, scorer_id=scorer_id)
    return _store_and_score(sent, address=lowered, missing=NotFound(), with_points=True)


def _store_and_score(sent: SentStamps, *, address: str, missing: DomainError, with_points: bool) -> bytes:
    scored = score_community(
        lookup=OR_SIBLING,
        scorer_id=sent.scorer_id,
        address=address,
        missing=missing,
        with_points=with_points,
        with_documents=True,
        saving=lambda now: storing_steps(sent, address=address, now=now),
    )
    return stamps_and_score(scored)
