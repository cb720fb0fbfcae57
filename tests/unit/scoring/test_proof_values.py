"""The accepted spelling of a signature (D24), and the signature that identifies a proof (D23)."""

import base64

import pytest

from apps.registry.scoring.proof_values import (
    ED25519_KIND,
    ED25519_ORDER,
    EIP712_KIND,
    SECP256K1_ORDER,
    is_canonical_eip712,
    is_canonical_jws,
    is_canonical_proof,
    signature_of,
)

R = "ab" * 32
LARGEST_S = f"{SECP256K1_ORDER // 2:064x}"
HEADER = "eyJhbGciOiJFZERTQSIsImNyaXQiOlsiYjY0Il0sImI2NCI6ZmFsc2V9"


def jws_of(s: int) -> str:
    signature = b"\xab" * 32 + s.to_bytes(32, "little")
    return f"{HEADER}..{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("ending", [f"{LARGEST_S}1b", f"{LARGEST_S}1c", f"{'0' * 63}11b"])
def test_it_accepts_an_eip712_signature_with_low_s(ending: str) -> None:
    assert is_canonical_eip712(f"0x{R}{ending}")


@pytest.mark.parametrize(
    "text",
    [
        f"0x{R}{SECP256K1_ORDER // 2 + 1:064x}1b",  # high s
        f"0x{R}{LARGEST_S}00",  # other recovery bytes
        f"0x{R}{LARGEST_S}01",
        f"0x{R}{LARGEST_S}1d",
        f"0x{R}{LARGEST_S}36",
        f"0x{R.upper()}{LARGEST_S}1b",
        f"0X{R}{LARGEST_S}1b",
        f"{R}{LARGEST_S}1b",
        f"0x{R}{LARGEST_S}1b00",  # trailing bytes
        f"0x{R}{LARGEST_S}1b\n",
        f" 0x{R}{LARGEST_S}1b",
        f"0x{R}{LARGEST_S}1B",
        f"0x{'٣' * 64}{LARGEST_S}1b",  # digits of another script
        "",
    ],
)
def test_it_refuses_any_other_spelling_of_an_eip712_signature(text: str) -> None:
    assert not is_canonical_eip712(text)


@pytest.mark.parametrize("s", [0, 1, ED25519_ORDER - 1])
def test_it_accepts_an_ed25519_signature_with_s_below_the_order(s: int) -> None:
    assert is_canonical_jws(jws_of(s))


@pytest.mark.parametrize(
    "text",
    [
        jws_of(ED25519_ORDER),
        jws_of(ED25519_ORDER + 1),
        jws_of(1) + "=",
        jws_of(1)[:-1],
        jws_of(1)[:-1] + "B",  # the last digit's unused bits are set
        jws_of(1).replace("..", ".e30."),
        jws_of(1) + "\n",
        jws_of(1).split("..")[1],
        "",
    ],
)
def test_it_refuses_any_other_spelling_of_an_ed25519_signature(text: str) -> None:
    assert not is_canonical_jws(text)


def test_the_verified_member_identifies_a_proof_whatever_else_is_beside_it() -> None:
    assert signature_of({"type": ED25519_KIND, "jws": "a", "proofValue": "b"}) == "a"
    assert signature_of({"type": EIP712_KIND, "jws": "a", "proofValue": "b"}) == "b"
    assert signature_of({"type": "other", "jws": "a", "proofValue": "b"}) == "b"
    assert signature_of({"type": ED25519_KIND, "proofValue": "b"}) is None
    assert signature_of({"type": EIP712_KIND, "proofValue": 7}) is None


def test_a_proof_is_canonical_by_the_rule_of_its_kind() -> None:
    eip712, jws = f"0x{R}{LARGEST_S}1b", jws_of(1)
    assert is_canonical_proof({"type": EIP712_KIND, "proofValue": eip712, "jws": "free"})
    assert is_canonical_proof({"type": ED25519_KIND, "jws": jws, "proofValue": "free"})
    assert not is_canonical_proof({"type": EIP712_KIND, "proofValue": jws})
    assert not is_canonical_proof({"type": ED25519_KIND, "jws": eip712})
    assert not is_canonical_proof({"type": "other", "proofValue": eip712})
    assert not is_canonical_proof({})
