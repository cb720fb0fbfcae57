"""The dialect of EIP-712 that `EthereumEip712Signature2021` speaks, by example."""

from collections.abc import Callable
from typing import Any

import pytest
from coincurve import PrivateKey

from apps.registry.scoring.eip712 import MAX_MEMBERS_OF_ALL_TYPES, MAX_TYPES, Schema, parse_type, typed_data_hash
from apps.registry.scoring.ethereum_signatures import address_of, sign_digest, signing_digest
from apps.registry.scoring.hash_budget import HashBudget
from apps.registry.scoring.proof_errors import InvalidProof
from apps.registry.scoring.signed_credentials import read_credential
from scorer_v2.primitives.keccak import keccak256
from tests.unit.scoring.proof_samples import KEY, eip712, fault_of, replaced, signed_again, types_of, with_typed


def test_it_computes_the_digest_of_the_standards_own_example() -> None:
    person = [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}]
    types = {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ],
        "Person": person,
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person"},
            {"name": "contents", "type": "string"},
        ],
    }
    domain = {
        "name": "Ether Mail",
        "version": "1",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    }
    message = {
        "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!",
    }

    digest = typed_data_hash(types, "Mail", domain, message)

    assert digest.hex() == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", ""),
        ("bytes", "0x"),
        ("bytes", "0xAbCd"),
        ("bytes20", "0x" + "ab" * 20),
        ("address", "0x" + "AB" * 20),
        ("bool", True),
        ("bool", 0),
        ("bool", "true"),
        ("bool", ""),
        ("uint8", 300),
        ("uint256", "0x" + "ff" * 32),
        ("uint8", "0x"),
        ("int64", -1),
        ("int64", -(2**63)),
        ("string[]", []),
        ("string[2]", ["a", "b"]),
        ("string[+02]", ["a", "b"]),
        ("string[2]]", ["a", "b"]),
        ("string[][]", [["a"], []]),
        ("Thing", {"a": "x"}),
        ("Thing", {}),
        ("Thing[]", [{"a": "x"}, {}]),
    ],
)
def test_a_value_that_fits_its_type_is_accepted(kind: str, value: Any) -> None:
    credential = with_typed(kind, value, Thing=[{"name": "a", "type": "string"}])

    assert fault_of(credential) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", 7),
        ("string", None),
        ("bytes", "ab"),
        ("bytes", "0xa"),
        ("bytes", "0X00"),
        ("bytes", "0x 0"),
        ("bytes20", "0x00"),
        ("bytes33", "0x" + "00" * 33),
        ("bytes0", "0x"),
        ("address", "0x00"),
        ("address", 7),
        ("bool", "false"),
        ("bool", 2),
        ("bool", 1.0),
        ("bool", []),
        ("uint7", 1),
        ("uint264", 1),
        ("uint8", "7"),
        ("uint8", True),
        ("uint8", 1.0),
        ("uint64", 2**63),
        ("int8", "0x"),
        ("uint256", "0x" + "ff" * 33),
        ("string[]", "a"),
        ("string[1]", []),
        ("string[]", [None]),
        ("string[][]", ["a"]),
        ("Thing", []),
        ("Thing", {"b": "x"}),
        ("Missing", {}),
        ("", {}),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(InvalidProof):
        with_typed(kind, value, Thing=[{"name": "a", "type": "string"}])


@pytest.mark.parametrize(
    ("kind", "value", "due"),
    [
        ("bool", True, 31 * "00" + "01"),
        ("bool", "true", 31 * "00" + "01"),
        ("bool", False, 32 * "00"),
        ("bytes1", "0xff", "ff" + 31 * "00"),
        ("bytes32", "0x" + 32 * "ab", 32 * "ab"),
        ("address", "0x" + 20 * "ab", 12 * "00" + 20 * "ab"),
        ("uint8", 300, 30 * "00" + "012c"),
        ("uint8", -1, 24 * "00" + 8 * "ff"),
        ("uint256", "0x80", 31 * "00" + "80"),
        ("int8", -1, 32 * "ff"),
        ("int8", "0x7f", 31 * "00" + "7f"),
        ("int8", "0x80", 31 * "ff" + "80"),
        ("int16", "0x0180", 30 * "00" + "0180"),
        ("int256", 2**63 - 1, 24 * "00" + "7f" + 7 * "ff"),
        ("int64", -(2**63), 24 * "ff" + "80" + 7 * "00"),
    ],
)
def test_how_a_value_is_encoded(kind: str, value: Any, due: str) -> None:
    assert parse_type(kind).encoder(Schema({}))(value, HashBudget()).hex() == due


def test_the_type_hash_spells_arrays_and_what_they_refer_to() -> None:
    schema = Schema({"A": [("B[][2]", "b"), ("string[+02]", "c")], "B": [("string", "x")]})

    assert schema.struct("A").type_hash == keccak256(b"A(B[][2] b,string[2] c)B(string x)")


@pytest.mark.parametrize("text", ["uint", "int", "bytesx", "uint-8", "interface", "string]", "string[x]", "string[-1]"])
def test_a_type_that_is_not_spelled_right_is_refused_even_when_nothing_uses_it(text: str) -> None:
    with pytest.raises(InvalidProof):
        parse_type(text)
    with pytest.raises(InvalidProof):
        signed_again(lambda credential: types_of(credential).update(Unused=[{"name": "a", "type": text}]))


@pytest.mark.parametrize(
    "text", ["uint18446744073709551616", "string[18446744073709551616]", "X" * 129, "string[][][][][]"]
)
def test_a_type_that_is_too_large_is_refused(text: str) -> None:
    with pytest.raises(InvalidProof):
        parse_type(text)


def test_a_type_without_its_definition_is_refused_only_when_a_value_needs_it() -> None:
    unused = signed_again(lambda credential: types_of(credential).update(A=[{"name": "b", "type": "Missing"}]))
    assert fault_of(unused) is None

    def use(credential: dict[str, Any]) -> None:
        types_of(credential)["Document"].append({"name": "extra", "type": "Missing"})

    with pytest.raises(InvalidProof, match="has no definition"):
        signed_again(use)


def test_types_may_refer_to_each_other() -> None:
    left, right = [{"name": "right", "type": "Right"}], [{"name": "left", "type": "Left[]"}]

    assert fault_of(with_typed("Left", {"right": {"left": [{}]}}, Left=left, Right=right)) is None


def test_a_member_that_the_data_lacks_counts_as_zero_bytes() -> None:
    schema = Schema({"A": [("string", "x"), ("string", "y")]})

    expected = keccak256(keccak256(b"A(string x,string y)") + keccak256(b"1") + bytes(32))
    assert schema.struct("A").hash({"x": "1"}, HashBudget()) == expected


def test_the_domain_type_defaults_to_a_name() -> None:
    assert fault_of(signed_again(lambda credential: types_of(credential).pop("EIP712Domain"))) is None


@pytest.mark.parametrize("name", ["eip712", "eip712Domain"])
@pytest.mark.parametrize("types", ["types", "messageSchema"])
def test_the_types_have_two_names_each(name: str, types: str) -> None:
    def rename(credential: dict[str, Any]) -> None:
        schema = credential["proof"].pop("eip712Domain")
        schema[types] = schema.pop("types")
        credential["proof"][name] = schema

    assert fault_of(signed_again(rename)) is None


@pytest.mark.parametrize(
    "schema",
    [None, "https://example.org/types", [], {}, {"types": {}, "primaryType": "Document"}, {"primaryType": "Document"}],
)
def test_a_proof_without_types_is_refused(schema: Any) -> None:
    assert fault_of(replaced(eip712(), ("proof", "eip712Domain"), schema)) is not None


def test_more_types_than_the_bound_are_refused() -> None:
    def add(count: int) -> Callable[[dict[str, Any]], None]:
        return lambda credential: types_of(credential).update({f"T{n}": [] for n in range(count)})

    have = len(types_of(eip712()))
    assert fault_of(signed_again(add(MAX_TYPES - have))) is None
    with pytest.raises(InvalidProof, match="more than"):
        signed_again(add(MAX_TYPES - have + 1))


def test_more_members_of_all_types_than_the_bound_are_refused() -> None:
    def add(count: int) -> Callable[[dict[str, Any]], None]:
        halves = [[{"name": f"m{n}", "type": "bool"} for n in range(start, count, 2)] for start in (0, 1)]
        return lambda credential: types_of(credential).update(One=halves[0], Other=halves[1])

    free = MAX_MEMBERS_OF_ALL_TYPES - sum(map(len, types_of(eip712()).values()))
    assert fault_of(signed_again(add(free))) is None
    with pytest.raises(InvalidProof, match="more than 96 members"):
        signed_again(add(free + 1))


@pytest.mark.parametrize("extra", ["x", 7, 1.5, True, [], {"a": [None]}])
def test_more_than_type_and_name_counts_for_nothing_in_a_types_member(extra: Any) -> None:
    assert fault_of(_with_extra(extra)) is None


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value], lambda value: {"a": ["x", value]}])
def test_a_number_that_is_none_does_not_pass_for_a_null_that_was_seen_before(
    number: float, wrap: Callable[[Any], Any]
) -> None:
    assert fault_of(_with_extra(wrap(None))) is None
    assert fault_of(_with_extra(wrap(number))) is not None


@pytest.mark.parametrize("change", ["Document", "Proof", "CredentialSubject"])
def test_a_schema_that_was_seen_before_does_not_stand_in_for_a_changed_one(change: str) -> None:
    credential = eip712()
    assert fault_of(credential) is None
    types_of(credential)[change].reverse()

    assert fault_of(credential) is not None


@pytest.mark.parametrize(
    "issuer",
    ["did:ethr:{0}", "did:ethr:mainnet:{0}", "did:ethr:goerli:{0}", "did:ethr:0x1:{0}", "did:ethr:0xfF:{0}"],
)
def test_the_issuer_may_name_a_network(issuer: str) -> None:
    assert fault_of(_issued_by(issuer.format(address_of(PrivateKey(KEY.secret).public_key)))) is None


@pytest.mark.parametrize(
    "issuer",
    [
        "did:ethr:polygon:{0}",
        "did:ethr::{0}",
        "did:ethr:0x:{0}",
        "did:ethr:1:{0}",
        "did:ethr:0x8000000000000000:{0}",
        "did:ethr:a:b:{0}",
        "DID:ethr:{0}",
        "did:pkh:eip155:1:{0}",
        "did:ethr:{0}0",
        "did:ethr:{1}",
    ],
)
def test_another_form_of_issuer_is_refused(issuer: str) -> None:
    address = address_of(PrivateKey(KEY.secret).public_key)

    assert fault_of(_issued_by(issuer.format(address, address[2:]))) is not None


def test_an_issuer_with_capital_letters_needs_the_right_checksum() -> None:
    address = "0x6370eF2f4Db3611D657b90667De398a2Cc2a370C"

    assert fault_of(_issued_by(f"did:ethr:{address}")) is None
    assert fault_of(_issued_by(f"did:ethr:{address[:-1]}c")) is not None
    assert fault_of(_issued_by(f"did:ethr:0x{address[2:].upper()}")) is not None


@pytest.mark.parametrize("method", ["controller", "controllerKey"])
def test_the_issuer_may_be_a_public_key(method: str) -> None:
    issuer = f"did:ethr:0x{PrivateKey(KEY.secret).public_key.format().hex()}"

    assert fault_of(_issued_by(issuer, method)) is None
    assert fault_of(_issued_by(issuer.replace("0x0", "0x1"), method)) is not None


@pytest.mark.parametrize("method", ["Eip712Method2021", "controllerKey", "Controller", "controller ", ""])
def test_another_verification_method_is_refused(method: str) -> None:
    assert fault_of(_issued_by(KEY.did, method)) == "the verification method is not the issuer's controller"


def test_a_proof_may_be_alone_in_a_list_but_not_be_one_of_several() -> None:
    credential = eip712()
    proof = credential["proof"]

    assert fault_of({**credential, "proof": [proof]}) is None
    assert fault_of({**credential, "proof": [proof, proof]}) is not None
    assert fault_of({**credential, "proof": []}) is not None


def test_a_signature_of_another_key_is_refused() -> None:
    credential = eip712()
    digest = signing_digest(read_credential(credential))
    credential["proof"]["proofValue"] = sign_digest(bytes(31) + b"\1", digest)

    assert fault_of(credential) == "the signature is not the issuer's, or something that it covers was changed"


@pytest.mark.parametrize("name", ["credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence"])
def test_a_known_member_may_be_null(name: str) -> None:
    assert fault_of({**eip712(), name: None}) is None


@pytest.mark.parametrize(
    ("name", "value", "kind", "accepted"),
    [
        ("credentialStatus", {"id": "a:b", "type": "T"}, "Thing", True),
        ("credentialStatus", {"id": "ab", "type": "T"}, "Thing", False),
        ("credentialStatus", {"id": "a:b"}, "Thing", False),
        ("credentialStatus", [{"id": "a:b", "type": "T"}], "Thing[]", False),
        ("credentialSchema", [{"id": "a:b", "type": "T"}], "Thing[]", True),
        ("refreshService", {"id": "a:b", "type": "T"}, "Thing", True),
        ("termsOfUse", [{"id": None, "type": "T"}], "Thing[]", True),
        ("termsOfUse", {"type": "T"}, "Thing", False),
        ("evidence", {"id": "ab", "type": ["T"]}, "Evidence", True),
        ("evidence", [{"type": ["T"]}], "Evidence[]", True),
        ("evidence", {"type": "T"}, "Thing", False),
        ("id", "no-colon", "string", True),
        ("id", 7, "uint8", False),
    ],
)
def test_a_known_member_must_have_its_form(name: str, value: Any, kind: str, *, accepted: bool) -> None:
    def add(credential: dict[str, Any]) -> None:
        credential[name] = value
        types = types_of(credential)
        types["Document"].append({"name": name, "type": kind})
        types["Thing"] = [{"name": "id", "type": "string"}, {"name": "type", "type": "string"}]
        types["Evidence"] = [{"name": "id", "type": "string"}, {"name": "type", "type": "string[]"}]

    if accepted:
        assert fault_of(signed_again(add)) is None
        return
    with pytest.raises(InvalidProof):
        signed_again(add)


def _issued_by(issuer: str, method: str = "controller") -> dict[str, Any]:
    def change(credential: dict[str, Any]) -> None:
        credential["issuer"] = issuer
        credential["proof"]["verificationMethod"] = f"{issuer}#{method}"

    return signed_again(change)


def _with_extra(value: Any) -> dict[str, Any]:
    credential = eip712()
    types_of(credential)["Document"][0]["extra"] = value
    return credential
