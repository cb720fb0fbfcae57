"""What the effect of a change is computed from, and what is told of it. Frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class CommunityWeighing:
    """What a community weighs with: its scorer's weights as stored, its threshold, and its own weights, which win."""

    id: int
    name: str
    scorer_id: int
    is_binary: bool
    excluded: bool
    weights: Mapping[str, Any] | None
    threshold: Decimal
    overlay: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampledScore:
    """A stored score: the providers of the stamps that it counted and that have not expired since."""

    community_id: int
    passing: bool
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """`is_whole`: these are all scores that there are, not some of them."""

    scores: Sequence[SampledScore]
    communities: Mapping[int, CommunityWeighing]
    is_whole: bool


@dataclass(slots=True)
class Effect:
    """Numbers of scores. `stored` pass as stored, `before` with the present weights and threshold, `after` with the
    changed ones: `newly` and `no_longer` are the difference. `errors` could not be computed with the changed ones."""

    scores: int = 0
    stored: int = 0
    before: int = 0
    after: int = 0
    newly: int = 0
    no_longer: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class CommunityEffect:
    """The effect in one community."""

    community: CommunityWeighing
    effect: Effect


@dataclass(frozen=True, slots=True)
class SampledEffect:
    """The effect on a sample, in all and in the communities where a passing score changes, most changes first."""

    total: Effect
    communities: Sequence[CommunityEffect]
    is_whole: bool
