"""The rows of a batch's stamps, as its passports hold them. Part of the managers' layer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import orjson

from apps.registry.recalculation.records import LoadedStamp
from apps.registry.scoring.records import Credential
from scorer_v2.database.round_trips import Rows


def stamps_by_passport(rows: Rows) -> tuple[Mapping[int, list[LoadedStamp]], Mapping[int, list[int]]]:
    """The passports' stamps and the ids of their kept rows, both ascending. Where several kept rows equal a stamp, it
    is the first that counts."""
    stamps: defaultdict[int, dict[int, LoadedStamp]] = defaultdict(dict)
    kept: defaultdict[int, set[int]] = defaultdict(set)
    credentials = _credentials([row[-1] for row in rows])
    for row, credential in zip(rows, credentials, strict=True):
        passport_id, kept_id, stamp_id, provider, updated_at, is_kept, document, members = row
        if kept_id is not None:
            kept[passport_id].add(kept_id)
        if stamp_id is None:
            continue
        held = stamps[passport_id]
        kept_row = kept_id if is_kept else None
        if stamp_id not in held or _is_before(kept_row, held[stamp_id].kept_row):
            text = members if document is None else document
            held[stamp_id] = LoadedStamp(stamp_id, provider, updated_at, text, kept_row, credential)
    return (
        {passport_id: sorted(found.values()) for passport_id, found in stamps.items()},
        {passport_id: sorted(ids) for passport_id, ids in kept.items()},
    )


def _is_before(kept_row: int | None, other: int | None) -> bool:
    return kept_row is not None and (other is None or kept_row < other)


def _credentials(texts: Sequence[str | None]) -> list[Credential | None]:
    """Parsed at once, which takes half the time; one by one when one of them is beyond the parser, such as a number
    that no float can hold. None for that one, and where there is no text."""
    try:
        found: list[Credential | None] = orjson.loads(f"[{','.join([text or 'null' for text in texts])}]")
    except orjson.JSONDecodeError:
        return [_credential(text) for text in texts]
    return found


def _credential(text: str | None) -> Credential | None:
    try:
        found: Credential | None = orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return None
    return found
