"""Credentials that cost as much as they can: small texts that make a verification compute.

Each family takes a random generator and gives the parsed credential; `bombs` draws them without end. They need no key:
whatever they cost is computed before a signature is verified. A search for the worst input draws from all families.
"""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.unit.scoring.proof_samples import ed25519, eip712, types_of

Family = Callable[[random.Random], dict[str, Any]]
KINDS = ["string", "bytes", "bool", "uint8", "bytes32", "address", "string[]", "string[][][][]"]
_EIP712 = eip712()
_ED25519 = ed25519(nullifiers=["v0:one"])
_DATES = ["2026-01-01T00:00:00Z", "\t", " ", "0", "-", ":", "T", ".", "+", "utc"]


def nested_duplicates(draw: random.Random, *, depth: int | None = None, members: int | None = None) -> dict[str, Any]:
    """`members` members of one name in each type, nested: their hashes are `members` to the power of `depth`."""
    depth, members = depth or draw.randint(2, 12), members or draw.randint(2, 10)
    types = {
        f"T{level}": [{"name": "a", "type": f"T{level + 1}" if level < depth else "string"}] * members
        for level in range(1, depth + 1)
    }
    value: Any = "x"
    for _ in range(depth):
        value = {"a": value}
    return _with_extra("T1", value, types)


def empty_structs(draw: random.Random) -> dict[str, Any]:
    """Many empty objects of a type with many members, each of which counts as 32 bytes."""
    members = [{"name": f"m{number}", "type": "bool"} for number in range(draw.randint(1, 64))]
    return _with_extra("T[]", [{}] * draw.randint(1, 450), {"T": members})


def arrays(draw: random.Random) -> dict[str, Any]:
    """Lists of lists."""
    value: Any = "x"
    dimensions = draw.randint(1, 5)
    for _ in range(dimensions):
        value = [value] * draw.randint(1, 8)
    return _with_extra("string" + "[]" * dimensions, value, {})


def long_texts(draw: random.Random) -> dict[str, Any]:
    kind, text = draw.choice([("string", "é" * 3), ("bytes", "ab" * 3), ("string", "\U0001f600")])
    value = text * draw.randint(1, 2_700)
    return _with_extra(kind, f"0x{value}" if kind == "bytes" else value, {})


def wide_types(draw: random.Random) -> dict[str, Any]:
    """Types that all refer to all: each type hash is over all of them."""
    count = draw.randint(2, 34)
    refer = [{"name": f"m{number}", "type": f"T{number}"} for number in range(count)]
    types = {f"T{number}": refer[: draw.randint(1, 160 // count)] for number in range(count)}
    return _with_extra("T0", {}, types)


def long_names(draw: random.Random) -> dict[str, Any]:
    length = draw.choice([60, 120, 128, 129, 256])
    kind = draw.choice(
        ["[" * length, "string" + "[]" * (length // 2), "string" + "[1" * (length // 2) + "]", "T" * length]
    )
    members = [{"name": f"m{number}", "type": kind} for number in range(draw.randint(1, 64))]
    return _with_extra("U", {}, {"U": members[:64], "V": members, "W" * draw.randint(1, 9_000): []})


def many_references(draw: random.Random) -> dict[str, Any]:
    """Members of the data model, which are read one by one."""
    credential = copy.deepcopy(_EIP712)
    name = draw.choice(["evidence", "termsOfUse", "credentialSchema", "refreshService", "@context", "type"])
    entry: Any = {"id": "a:b", "type": draw.choice(["T", ["T"]])}
    if name[0] in "@t" and name != "termsOfUse":
        credential[name] = [*credential[name], *["https://x"] * draw.randint(1, 480)]
    else:
        credential[name] = [entry] * draw.randint(1, 160)
    return credential


def many_nullifiers(draw: random.Random) -> dict[str, Any]:
    """Each is a blank node of the canonical form."""
    credential = copy.deepcopy(draw.choice([_ED25519, _EIP712]))
    text = "x" * draw.randint(0, 20)
    credential["credentialSubject"]["nullifiers"] = [f"v0:{number}{text}" for number in range(draw.randint(60, 490))]
    return credential


def strange_dates(draw: random.Random) -> dict[str, Any]:
    credential = copy.deepcopy(draw.choice([_ED25519, _EIP712]))
    date = "".join(draw.choice(_DATES) * draw.randint(1, 2_000) for _ in range(draw.randint(1, 5)))
    draw.choice([credential, credential["proof"]])[draw.choice(["created", "issuanceDate", "expirationDate"])] = date
    return credential


def strange_identifiers(draw: random.Random) -> dict[str, Any]:
    credential = copy.deepcopy(draw.choice([_ED25519, _EIP712]))
    length = draw.randint(1, 7_000)
    did = draw.choice(
        [
            f"did:ethr:0x{'f' * length}:0x{'0' * 40}",
            "did:key:z" + "z" * length,
            "did:ethr:" + ":" * length,
            "1" * length,
        ]
    )
    credential["issuer"] = did
    credential["proof"]["verificationMethod"] = draw.choice(
        [f"{did}#controller", f"{did}#{did.removeprefix('did:key:')}"]
    )
    return credential


def deep(draw: random.Random) -> dict[str, Any]:
    value: Any = "x"
    for _ in range(draw.randint(10, 57)):
        value = {"a": value} if draw.random() < 0.5 else [value]
    return _with_extra("T", {"a": value}, {"T": [{"name": "a", "type": "T"}]})


def many_values(draw: random.Random) -> dict[str, Any]:
    value = draw.choice([[], {}, 0, None, "x", 1e300, -(2**63)])
    return {**copy.deepcopy(_EIP712), "more": [value] * draw.randint(100, 5_000)}


def mixed(draw: random.Random) -> dict[str, Any]:
    """Parts of several families in one credential."""
    credential = draw.choice(SIMPLE)(draw)
    other = draw.choice(SIMPLE)(draw)
    for name in draw.sample(sorted(other), draw.randint(1, 3)):
        credential[name] = other[name]
    return credential


SIMPLE: list[Family] = [
    nested_duplicates, empty_structs, arrays, long_texts, wide_types, long_names, many_references, many_nullifiers,
    strange_dates, strange_identifiers, deep, many_values,
]  # fmt: skip
FAMILIES: list[Family] = [*SIMPLE, mixed]


def bombs(seed: object) -> Iterator[dict[str, Any]]:
    """The same ones for the same seed."""
    draw = random.Random(f"bombs {seed}")
    while True:
        yield draw.choice(FAMILIES)(draw)


def _with_extra(kind: str, value: Any, types: dict[str, Any]) -> dict[str, Any]:
    credential = copy.deepcopy(_EIP712)
    credential["credentialSubject"]["extra"] = value
    types_of(credential)["CredentialSubject"].append({"name": "extra", "type": kind})
    types_of(credential).update(types)
    return credential
