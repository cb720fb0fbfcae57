"""Scores computed again because somebody asked for it (contract, section 6.7).

A web request does what takes it seconds; for more it says which command does it, or asks the queue's worker.
Not inside an open transaction: each batch is one of its own.
"""

import json
from collections.abc import Sequence

from apps.registry.evaluation import scoring_rules
from apps.registry.recalculation.records import Manner, Selection, Tally
from apps.registry.recalculation.services import recalculate, recalculate_batch
from apps.registry.rescoring import managers, queue
from apps.registry.rescoring.records import Rescoring
from scorer_v2.conf import settings
from scorer_v2.primitives.errors import DomainError

AT_ONCE = 1_000


class NoQueue(DomainError):
    """There is nobody to ask."""

    status = 409
    detail = "RESCORE_QUEUE_URL is not set: there is no queue to send a rescoring to."


def plan_rescoring(*, community_ids: Sequence[int]) -> Rescoring:
    """How many passports there are, and the command that does them. Raises DatabaseUnavailable."""
    counted = managers.count_passports(community_ids, most=AT_ONCE + 1)
    return Rescoring(passports=counted, command=command_for(community_ids))


def rescore_communities(*, community_ids: Sequence[int]) -> Rescoring:
    """Computes all scores of the communities again, unless there are more than AT_ONCE. Raises DatabaseUnavailable."""
    planned = plan_rescoring(community_ids=community_ids)
    if planned.passports > AT_ONCE:
        return planned
    tally = recalculate(selection=Selection(community_ids=list(community_ids)))
    return Rescoring(passports=planned.passports, command=planned.command, tally=tally)


def rescore_scores(*, score_ids: Sequence[int]) -> Tally:
    """Computes these scores again, all proofs verified. Raises DatabaseUnavailable."""
    manner = Manner(rules=scoring_rules(), trusts_kept_proofs=False)
    tally = Tally()
    for community_id, passport_ids in managers.passports_of_scores(score_ids):
        tally.add(recalculate_batch(community_id, passport_ids, manner=manner))
    return tally


def queue_rescoring(*, community_ids: Sequence[int]) -> str:
    """Asks the queue's worker, and gives the message's id. Raises NoQueue and QueueUnavailable."""
    if not settings.RESCORE_QUEUE_URL:
        raise NoQueue
    return queue.send_rescoring(settings.RESCORE_QUEUE_URL, community_ids)


def command_for(community_ids: Sequence[int]) -> str:
    """What to run where the service runs."""
    chosen = json.dumps({"id__in": sorted(community_ids)})
    return f"manage.py recalculate_scores --keep-weights --filter-community-include '{chosen}'"
