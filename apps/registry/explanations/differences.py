"""What scoring now would change of a stored score, in sentences. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from apps.registry.explanations.records import ComputedOutcome, StoredOutcome
from apps.registry.scoring.weights import as_decimal


def differences(stored: StoredOutcome | None, computed: ComputedOutcome) -> tuple[str, ...]:
    """None where the stored score is what scoring now would store, but for its time."""
    if stored is None:
        return ("No score is stored.",)
    if computed.error is not None or stored.error is not None or stored.status != "DONE":
        return tuple(_of_errors(stored, computed))
    return (*_of_scores(stored, computed), *_of_stamps(stored.stamps, computed.stamps or {}))


def _of_errors(stored: StoredOutcome, computed: ComputedOutcome) -> Iterator[str]:
    if stored.error != computed.error or (computed.error is None and stored.status != "DONE"):
        was = f"the error {stored.error!r}" if stored.error else f"the status {stored.status}"
        now = f"the error {computed.error!r}" if computed.error else f"a score of {computed.raw_score}"
        yield f"Stored is {was}, now it would be {now}."


def _of_scores(stored: StoredOutcome, computed: ComputedOutcome) -> Iterator[str]:
    if stored.passing != computed.passing:
        yield f"The address {'passes' if computed.passing else 'does not pass'} now; stored is the opposite."
    if as_decimal(stored.raw_score) != as_decimal(computed.raw_score):
        yield f"The sum changes from {stored.raw_score} to {computed.raw_score}."
    if as_decimal(stored.threshold) != as_decimal(computed.threshold):
        yield f"The threshold changes from {stored.threshold} to {computed.threshold}."
    if stored.expiration_date != computed.expiration_date:
        yield f"The expiry changes from {_time(stored.expiration_date)} to {_time(computed.expiration_date)}."


def _of_stamps(stored: Mapping[str, Any], computed: Mapping[str, Any]) -> Iterator[str]:
    for provider in sorted(stored.keys() - computed.keys()):
        yield f"{provider} is not in the score any more."
    for provider in sorted(computed.keys() - stored.keys()):
        yield f"{provider} comes into the score{' as deduplicated' if computed[provider]['dedup'] else ''}."
    for provider in sorted(stored.keys() & computed.keys()):
        was, now = stored[provider], computed[provider]
        if isinstance(was, Mapping) and was.get("dedup") != now["dedup"]:
            yield f"{provider} is {'deduplicated' if now['dedup'] else 'not deduplicated any more'} now."
        elif isinstance(was, Mapping) and was.get("score") != now["score"]:
            yield f"{provider} changes from {was.get('score')} to {now['score']}."


def _time(value: datetime | None) -> str:
    return "none" if value is None else value.isoformat()
