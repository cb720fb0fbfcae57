"""Addresses and DIDs (contract, section 1.4)."""

import pytest

from scorer_v2.primitives.addresses import address_of_did, checked_address, is_address, lowercase_address
from scorer_v2.primitives.errors import InvalidAddress

# From EIP-55, by its own account.
CHECKSUMMED = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
LOWER = "0x" + "ab" * 20
WRONG_CHECKSUM = "0x" + "aB" * 20
NO_ADDRESSES = [
    "",
    "0x",
    LOWER[:-1],
    LOWER + "0",
    "0x" + "g" * 40,
    "0y" + "a" * 40,
    "x" + "a" * 40,
    " " + LOWER,
    LOWER + "\n",
    "vitalik.eth",
    "0x" + "\u0661" * 40,
    "0x" + "\uff41" * 40,
    "00x" + "a" * 40,
]


@pytest.mark.parametrize("address", CHECKSUMMED)
def test_a_checksummed_address_is_one_in_every_case_with_and_without_its_prefix(address: str) -> None:
    digits = address[2:]
    for spelling in (address, digits, "0X" + digits, address.lower(), "0x" + digits.upper(), digits.lower()):
        assert is_address(spelling)
        assert checked_address(spelling) == spelling.lower()
        assert lowercase_address(spelling) == spelling.lower()


@pytest.mark.parametrize("address", CHECKSUMMED[2:])
def test_one_letter_of_another_case_is_a_wrong_checksum(address: str) -> None:
    letter = next(place for place in range(2, 42) if address[place].isalpha())
    wrong = address[:letter] + address[letter].swapcase() + address[letter + 1 :]
    assert not is_address(wrong)
    with pytest.raises(InvalidAddress):
        checked_address(wrong)
    assert lowercase_address(wrong) == address.lower()


def test_digits_without_a_letter_are_an_address() -> None:
    assert is_address("0x" + "1" * 40)


def test_the_prefix_is_kept_or_stays_away() -> None:
    assert lowercase_address("0X" + "AB" * 20) == LOWER
    assert lowercase_address("AB" * 20) == "ab" * 20


@pytest.mark.parametrize("text", NO_ADDRESSES, ids=ascii)
def test_anything_else_is_no_address(text: str) -> None:
    assert not is_address(text)
    for read in (lowercase_address, checked_address):
        with pytest.raises(InvalidAddress) as refusal:
            read(text)
        assert (refusal.value.status, refusal.value.body()) == (400, {"detail": "Invalid address."})


@pytest.mark.parametrize(
    ("did", "address"),
    [
        (f"did:pkh:eip155:1:{LOWER}", LOWER),
        (f"did:pkh:eip155:10:{LOWER.upper()}", LOWER),
        (LOWER, LOWER),
        ("did:", ""),
        ("anything", "anything"),
    ],
)
def test_the_address_of_a_did_is_its_last_part_in_lower_case(did: str, address: str) -> None:
    assert address_of_did(did) == address
