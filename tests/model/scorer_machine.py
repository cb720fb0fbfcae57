"""What hypothesis does to the service and to the model alike, and what it compares after each step."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apps.account.models import Community as CommunityRow
from apps.ceramic_cache.bans.services import revoke_matching
from apps.ceramic_cache.models import CeramicCache
from apps.registry.recalculation.records import Selection
from apps.registry.recalculation.services import recalculate
from apps.scorer_weighted.models import BinaryWeightedScorer
from tests.committing import delete_all_rows
from tests.endpoints import scoring_world
from tests.endpoints.scoring_world import Partner, access_token, items
from tests.factories.addresses import address as address_number
from tests.factories.ceramic_cache import BanFactory, StoredStampFactory
from tests.model.contract_model import Community, Credential, Score, Scorer, Stored, five_places, iso
from tests.model.credentials import KINDS, OF_ANOTHER, Issued
from tools.prove.figures import Figures

START = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESSES = [address_number(0x50DE1 + number) for number in range(3)]
PROVIDERS = ("Google", "Github", "Discord")
NULLIFIERS = ("v0:a", "v0:b", "v1:c", "v1:d")
WEIGHTS: tuple[dict[str, Any], ...] = (
    {"Google": "1.25", "Github": 0.1, "Discord": 2},
    {"Google": 0.2, "Github": 0.1},
    {"Google": "10.033", "Github": "3", "Discord": 7.487},
    {"Google": None, "Github": 1, "Discord": 1},
)
THRESHOLDS = (Decimal("0.30000"), Decimal("1.25000"), Decimal("10.00000"))
COMMUNITIES = (1, 77)  # the first one is the UI's
DAYS = (20, 60, 9999)
CHANGES = ("delete", "ban_one_stamp", "ban_an_address", "change_weights", "change_rule", "recalculate", "recalculate")

addresses, providers, communities = st.sampled_from(ADDRESSES), st.sampled_from(PROVIDERS), st.sampled_from(COMMUNITIES)
nullifiers = st.lists(st.sampled_from(NULLIFIERS), min_size=1, max_size=2, unique=True)
posts = st.lists(
    st.tuples(providers, nullifiers, st.sampled_from((*DAYS, DAYS[-1])), st.sampled_from(KINDS), addresses),
    min_size=2, max_size=3, unique_by=lambda post: post[0],
)  # fmt: skip
communities_made = st.tuples(*[st.tuples(st.sampled_from(WEIGHTS[:3]), st.sampled_from(THRESHOLDS))] * 2)

SCORED = """
    SELECT passport.community_id, passport.address, score.status, score.score, score.error, score.expiration_date,
           score.evidence ->> 'rawScore',
           (SELECT jsonb_agg(jsonb_build_array(provider, credential) ORDER BY id)::text FROM registry_stamp stamp
             WHERE stamp.passport_id = passport.id),
           (SELECT count(*) FROM registry_event event WHERE event.action = 'SCU' AND event.address = passport.address
              AND event.community_id = passport.community_id),
           (SELECT jsonb_agg(data ORDER BY event.id)::text FROM registry_event event WHERE event.action = 'LDP'
              AND event.address = passport.address AND event.community_id = passport.community_id)
    FROM registry_passport passport LEFT JOIN registry_score score ON score.passport_id = passport.id
"""
LINKS = "SELECT community_id, hash, address, expires_at FROM registry_hashscorerlink"


class ScorerMachine(RuleBasedStateMachine):
    """`figures` and `clock` are the test's; rows are deleted after each example."""

    figures = Figures()
    now = START

    def __init__(self) -> None:
        super().__init__()
        type(self).now = START
        self.issued = Issued()
        self.model = Scorer({})

    @initialize(chosen=communities_made, held=st.tuples(*[posts] * len(ADDRESSES)))
    def make_communities(self, chosen: Any, held: Any) -> None:
        """Every address holds stamps from the beginning."""
        self.partners: dict[int, Partner] = {}
        for community_id, (weights, threshold) in zip(COMMUNITIES, chosen, strict=True):
            self.partners[community_id] = Partner(id=community_id, weights=weights, threshold=threshold)
            self.model.communities[community_id] = Community(weights, threshold)
        for address, given in zip(ADDRESSES, held, strict=True):
            posted, seen = self._issue(address, given)
            for document, (provider, _) in zip(posted, seen, strict=True):
                StoredStampFactory(credential=document, address=address, provider=provider, updated_at=self.now)
            self.model.save(address, seen, now=self.now)

    def teardown(self) -> None:
        delete_all_rows()
        self.figures.count("examples")

    # What is done -----------------------------------------------------------------------------------------------------
    @rule(address=addresses, community=communities, given=posts)
    def post_for_embed(self, address: str, community: int, given: Any) -> None:
        posted, seen = self._issue(address, given)
        answer = scoring_world.store_embed({"scorer_id": community, "stamps": posted}, address)
        self.model.save(address, seen, now=self.now)
        self._compare(answer, self.model.score(community, address, now=self.now), of="score")

    @rule(address=addresses, given=posts)
    def post_in_bulk(self, address: str, given: Any) -> None:
        posted, seen = self._issue(address, given)
        answer = scoring_world.store_bulk(items(*posted), authorization=f"Bearer {access_token(address)}")
        self.model.save(address, seen, now=self.now)
        self._compare(answer, self.model.score(COMMUNITIES[0], address, now=self.now), of="score", status=201)

    @rule(address=addresses, community=communities, door=st.sampled_from(("partner", "embed", "internal")))
    def score(self, address: str, community: int, door: str) -> None:
        due = self.model.score(community, address, now=self.now)
        if door == "partner":
            self._compare(self.partners[community].score(address), due)
        elif door == "embed":
            self._compare(scoring_world.score_embed(community, address), due, of="score")
        elif due.error:
            answer = scoring_world.score_internal(community, address)
            assert (answer.status_code, answer.json()) == (500, {"detail": "Failed to calculate score."})
        else:
            self._compare(scoring_world.score_internal(community, address), due)

    @rule(address=addresses)
    def score_for_user(self, address: str) -> None:
        answer = scoring_world.score_user(address, authorization=f"Bearer {access_token(address)}")
        self._compare(answer, self.model.stored_or_new(COMMUNITIES[0], address, now=self.now))

    @rule(address=addresses, given=posts, age=st.integers(-1, 1))
    def store_second_type(self, address: str, given: Any, age: int) -> None:
        """A V2 row, perhaps beside the V1 row of its provider, older, newer or as old, as old services left them."""
        for document, (provider, credential) in zip(*self._issue(address, given[:1]), strict=True):
            beside = [row for row in self.model.live(address) if row.provider == provider]
            if not any(row.type == 2 for row in beside):
                updated_at = (beside[0].updated_at if beside else self.now) + timedelta(hours=age)
                row = {"address": address, "provider": provider, "updated_at": updated_at, "type": 2}
                StoredStampFactory(credential=document, **row)
                self.model.stored.append(Stored(credential=credential, **row))

    @rule(days=st.sampled_from((*DAYS[:2], 5, 5)))
    def let_time_pass(self, days: int) -> None:
        """To the very moment at which credentials end, or a few days."""
        moment = START + timedelta(days=days)
        type(self).now = moment if self.now < moment else self.now + timedelta(days=5)

    @rule(address=addresses, community=communities, change=st.sampled_from(CHANGES), data=st.data())
    def change(self, address: str, community: int, change: str, data: Any) -> None:
        """What operators do."""
        getattr(self, f"_{change}")(address, community, data)

    def _delete(self, address: str, community: int, data: Any) -> None:  # noqa: ARG002 - all changes have these
        self._tick()
        provider = data.draw(providers)
        rows = CeramicCache.objects.filter(address=address, provider=provider, deleted_at=None)
        rows.update(deleted_at=self.now, updated_at=self.now)
        self.model.delete(address, provider, now=self.now)

    def _ban_one_stamp(self, address: str, community: int, data: Any) -> None:  # noqa: ARG002 - as above
        provider = data.draw(providers)
        revoke_matching(ban_ids=[BanFactory(single_stamp=True, address=address, provider=provider).pk])
        self.model.revoke(address=address, provider=provider)

    def _ban_an_address(self, address: str, community: int, data: Any) -> None:  # noqa: ARG002 - as above
        revoke_matching(ban_ids=[BanFactory(address=address).pk])
        self.model.revoke(address=address)

    def _change_weights(self, address: str, community: int, data: Any) -> None:  # noqa: ARG002 - as above
        weights, threshold = data.draw(st.sampled_from(WEIGHTS)), data.draw(st.sampled_from(THRESHOLDS))
        scorers = BinaryWeightedScorer.objects.filter(pk=self.partners[community].community.scorer_id)
        scorers.update(weights=weights, threshold=threshold)
        self.model.communities[community].weights = weights
        self.model.communities[community].threshold = threshold

    def _change_rule(self, address: str, community: int, data: Any) -> None:  # noqa: ARG002 - as above
        followed = data.draw(st.sampled_from(("LIFO", "LIFO", "LIFO", "FIFO")))
        CommunityRow.objects.filter(pk=community).update(rule=followed)
        self.model.communities[community].rule = followed

    def _recalculate(self, address: str, community: int, data: Any) -> None:  # noqa: ARG002 - as above
        """All scores of a community are computed again, by ascending id of the passports."""
        recalculate(selection=Selection([community]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT address FROM registry_passport WHERE community_id = %s ORDER BY id", [community])
            for (holder,) in cursor.fetchall():
                self.model.score(community, holder, now=self.now)

    # What is compared -------------------------------------------------------------------------------------------------
    @invariant()
    def the_tables_say_what_the_model_says(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LINKS)
            links = {(community, name): (owner, until) for community, name, owner, until in cursor.fetchall()}
            cursor.execute(SCORED)
            rows = cursor.fetchall()
        assert links == self.model.links
        assert {(row[0], row[1]) for row in rows} == set(self.model.scores)
        for row in rows:
            self._compare_row(*row)
        self.figures.checked("links, scores, stamp rows and events are those of the model")

    def _compare_row(self, community: int, address: str, *columns: Any) -> None:
        status, binary, error, expires_at, total, kept, score_events, dedup_events = columns
        key, due = (community, address), self.model.scores[community, address]
        found = [(provider, self.issued.number(document)) for provider, document in _parsed(kept)]
        assert found == self.model.kept.get(key, [])
        assert score_events == self.model.score_events.get(key, 0)
        events = [(event["provider"], tuple(event["nullifiers"])) for event in _parsed(dedup_events)]
        assert sorted(events) == sorted(self.model.dedup_events.get(key, []))
        if due.error:
            assert (status, binary, error, expires_at, total) == ("ERROR", None, due.error, None, None)
        else:
            assert (status, binary, error) == ("DONE", int(due.passes), None)
            assert (expires_at, Decimal(total)) == (due.expires_at, due.total)

    def _compare(self, answer: Any, due: Score, *, of: str | None = None, status: int = 200) -> None:
        body = answer.json()
        found = body[of] if of and "score" in body and isinstance(body[of], dict) else body
        assert answer.status_code == status, body
        assert found["error"] == due.error
        assert found["score"] == five_places(due.total)
        assert found["passing_score"] == due.passes
        assert found["threshold"] == five_places(due.threshold)
        assert found["expiration_timestamp"] == (iso(due.expires_at) if due.expires_at else None)
        self._count(due)
        stamps = {name: (s["score"], s["dedup"], s["expiration_date"]) for name, s in found["stamps"].items()}
        assert stamps == dict(due.stamps)
        self.figures.checked("an answer is the model's")

    def _count(self, due: Score) -> None:
        """What the scores were like: a machine that seldom meets a case shows little of it."""
        lost = [entry for entry in due.stamps.values() if entry[1]]
        kept = len(due.stamps) - len(lost)
        kind = "with both" if lost and kept else "with deduplicated stamps" if lost else "with kept stamps"
        self.figures.count("scores in error" if due.error else f"scores {kind}" if due.stamps else "scores of nothing")

    def _tick(self) -> None:
        """Two deletions of one provider are never at the same moment, which the tables could not hold."""
        type(self).now += timedelta(milliseconds=1)

    def _issue(self, address: str, given: Any) -> tuple[list[dict[str, Any]], list[tuple[str, Credential]]]:
        self._tick()
        made = [
            self.issued.issue(
                address=address,
                provider=provider,
                nullifiers=names,
                expires_at=START + timedelta(days=days),
                kind=kind,
                other=other,
            )
            for provider, names, days, kind, other in given
            if kind != OF_ANOTHER or other != address
        ]
        return [posted for posted, _ in made], [(seen.provider, seen) for _, seen in made]


def _parsed(text: str | None) -> Any:
    return json.loads(text) if text else []
