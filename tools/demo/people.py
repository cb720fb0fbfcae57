"""Who is in the demo, which stamps they hold, and what to expect of their scores. Data, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

UI_COMMUNITY, PARTNER_COMMUNITY, POINTS_COMMUNITY = 1, 2, 3
PARTNER_EXTERNAL_ID = "5001"

ADDRESS_LIST = "DemoPartners"
AWARDING_LIST = "SeasonedPassportOGs"
ALLOW_LIST_PROVIDER = f"AllowList#{ADDRESS_LIST}"
CUSTOM_CREDENTIAL = "DeveloperList#demo#5f1c2a90"


class State(Enum):
    """What is the matter with a stamp."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNTRUSTED = "untrusted"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class DemoStamp:
    """A stamp to be issued. `shared_with`: the name of the person whose nullifier it has."""

    provider: str
    state: State = State.VALID
    shared_with: str | None = None
    ed25519: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """An address with its stamps. `scores`: community id to the score due there; `expectation`: why."""

    name: str
    address: str
    stamps: Sequence[DemoStamp]
    scores: dict[int, str]
    expectation: str


def _person(
    name: str, number: int, stamps: Sequence[DemoStamp], score: str, expectation: str, *, partner_score: str = ""
) -> Person:
    scores = {
        UI_COMMUNITY: score,
        PARTNER_COMMUNITY: partner_score or score,
        POINTS_COMMUNITY: score,
    }
    return Person(name, f"0xde30{number:036x}", stamps, scores, expectation)


def _stamps(*providers: str, state: State = State.VALID, ed25519: bool = False) -> tuple[DemoStamp, ...]:
    return tuple(DemoStamp(provider, state=state, ed25519=ed25519) for provider in providers)


ALICE = _person(
    "Alice",
    1,
    _stamps(
        "Discord",
        "Ens",
        "Google",
        "HolonymGovIdProvider",
        "Linkedin",
        "SelfStakingGold",
        "TrustedCitizen",
        "githubContributionActivityGte#120",
    ),
    "27.77400",
    "passes: eight valid stamps; earns human points in community 3; has stakes and contributions",
)
BOB = _person(
    "Bob",
    2,
    (*_stamps("CoinbaseDualVerification", "Google"), DemoStamp("HolonymGovIdProvider", shared_with="Alice")),
    "16.56700",
    "fails: his HolonymGovIdProvider has Alice's nullifier and is deduplicated",
)
CAROL = _person(
    "Carol",
    3,
    (*_stamps("BinanceBABT", "NFTScore#50", state=State.EXPIRED), *_stamps("ETHnumTransactions#100", "Lens")),
    "0.44000",
    "fails: her two heavy stamps have expired",
)
DAVE = _person(
    "Dave",
    4,
    (*_stamps("CoinbaseDualVerification", state=State.REVOKED), *_stamps("GuildAdmin", "Linkedin")),
    "1.99900",
    "fails: CoinbaseDualVerification is banned for this address, and its stamp revoked",
)
ERIN = _person(
    "Erin",
    5,
    _stamps("BinanceBABT", "HolonymGovIdProvider", state=State.UNTRUSTED),
    "0.00000",
    "0: her stamps are by an issuer that is not trusted",
)
FRANK = _person(
    "Frank",
    6,
    _stamps("Google", "NFTScore#50", state=State.REVOKED),
    "0.00000",
    "0: the address is banned, and all of its stamps are revoked",
)
GRACE = _person(
    "Grace",
    7,
    (*_stamps("BeginnerCommunityStaker", "Discord", "Google"), *_stamps(ALLOW_LIST_PROVIDER, CUSTOM_CREDENTIAL)),
    "1.71400",
    "passes in community 2 alone, where an allow list and a custom credential have weights",
    partner_score="12.46400",
)
HEIDI = _person(
    "Heidi",
    8,
    _stamps("BinanceBABT2", "Brightid", "ETHScore#50", ed25519=True),
    "26.24400",
    "passes: her stamps have Ed25519 proofs and hashes instead of nullifiers",
)
IVAN = _person("Ivan", 9, (), "0.00000", "0: no stamps; staked on Alice")
JUDY = _person(
    "Judy",
    10,
    _stamps("HolonymGovIdProvider", state=State.FORGED),
    "0.00000",
    "0: her stamp was changed after it was signed",
)

PEOPLE = (ALICE, BOB, CAROL, DAVE, ERIN, FRANK, GRACE, HEIDI, IVAN, JUDY)
