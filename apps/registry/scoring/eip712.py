"""EIP-712 typed data, in the dialect of `EthereumEip712Signature2021` (contract, section 3.3, point 5).

It differs from plain EIP-712: a member that the data lacks counts as 32 zero bytes; a key that no type names is an
error; the type `EIP712Domain` defaults to `name string`; elements of an array are hashed one by one; whole numbers
may be texts of hexadecimal digits.

The types come with the credential, so all of this runs on untrusted input, before any signature is verified. A type
that names a member twice is refused: nested, such types hash one value a number of times that is exponential in the
depth. Whatever else a credential says, its verification ends when its `HashBudget` is spent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from apps.registry.scoring.documents import InvalidDocument, parse_document
from apps.registry.scoring.hash_budget import HashBudget
from apps.registry.scoring.proof_errors import InvalidProof

MAX_TYPES = 32
MAX_MEMBERS = 64
MAX_MEMBERS_OF_ALL_TYPES = 96
MAX_NAME_LENGTH = 128
MAX_DIMENSIONS = 4
DOMAIN = "EIP712Domain"

Encoder = Callable[[Any, HashBudget], bytes]
Members = Sequence[tuple[str, str]]
"""The members of a struct type: pairs of type and name."""

_DEFAULT_DOMAIN: Final[Members] = (("string", "name"),)
_ZERO: Final = bytes(32)
_ONE: Final = _ZERO[:-1] + b"\1"
_HEX: Final = re.compile(r"0x((?:[0-9a-fA-F]{2})*)")
_ARRAY: Final = re.compile(r"(.*)\[(?:([^\[\]]*)\][^\[]*)", re.DOTALL)
_SIZE: Final = re.compile(r"\+?([0-9]{1,20})")
_BOOLS: Final = {"": False, "true": True, "1": True}
_MAX_SIZE: Final = 2**64 - 1
_NULLS: Final = (b":null", b",null", b"[null")


def typed_data_hash(types: Any, primary_type: Any, domain: Any, message: Any) -> bytes:
    """Return the digest that the issuer signs. Raises: InvalidProof when the data does not fit the types, or costs more
    than a `HashBudget`."""
    if not isinstance(primary_type, str):
        raise InvalidProof("the primary type is not a text")
    schema, budget = _schema_of(types), HashBudget()
    message_hash = schema.struct(primary_type).hash(message, budget)
    return budget.keccak256(b"\x19\x01" + schema.struct(DOMAIN).hash(domain, budget) + message_hash)


class Schema:
    """All struct types of one credential, with their encoders.

    Raises: InvalidProof for types that are malformed, or whose type hashes cost more than a `HashBudget`. They are
    computed at once, so that a verdict does not depend on which types were used before.
    """

    def __init__(self, types: Mapping[str, Members]) -> None:
        members = {DOMAIN: _DEFAULT_DOMAIN, **types}
        self._structs = {name: _Struct(name, self) for name in members}
        for name, pairs in members.items():
            self._structs[name].set_members([(parse_type(text), member) for text, member in pairs])
        budget = HashBudget()
        for struct in self._structs.values():
            struct.compute_type_hash(self._structs, budget)

    def struct(self, name: str) -> "_Struct":
        struct = self._structs.get(name)
        if struct is None or struct.type_hash is None:
            raise InvalidProof("a type that is used has no definition")
        return struct


class _Struct:
    """A struct type. `type_hash` is None where it refers to a type that is not defined: it may do so as long as no
    value needs it."""

    def __init__(self, name: str, schema: Schema) -> None:
        self.name = name
        self._schema = schema
        self.type_hash: bytes | None = None

    def set_members(self, members: "list[tuple[_Type, str]]") -> None:
        self.text = f"{self.name}({','.join(f'{kind.text} {name}' for kind, name in members)})".encode()
        self.references = [kind.struct_name for kind, _ in members if kind.struct_name is not None]
        self._encoders = [(name, kind.encoder(self._schema)) for kind, name in members]
        self._names = frozenset(name for name, _ in self._encoders)

    def hash(self, value: Any, budget: HashBudget) -> bytes:
        if not isinstance(value, dict):
            raise InvalidProof("an object was expected where the types name a struct")
        if not value.keys() <= self._names:
            raise InvalidProof("a member is not covered by the types")
        encoded = [self.type_hash or _ZERO]
        encoded += [encode(value[name], budget) if name in value else _ZERO for name, encode in self._encoders]
        return budget.keccak256(b"".join(encoded))

    def compute_type_hash(self, structs: "Mapping[str, _Struct]", budget: HashBudget) -> None:
        referenced: dict[str, _Struct] = {}
        if self._gather(structs, referenced):
            texts = [self.text, *(referenced[name].text for name in sorted(referenced))]
            self.type_hash = budget.keccak256(b"".join(texts))

    def _gather(self, structs: "Mapping[str, _Struct]", found: "dict[str, _Struct]") -> bool:
        """Add all types that this one refers to, directly or not; False where one is not defined."""
        for name in self.references:
            if name not in structs:
                return False
            if name not in found:
                found[name] = structs[name]
                if not found[name]._gather(structs, found):
                    return False
        return True


class _Type:
    """A member's type: `text` its canonical spelling, `struct_name` the struct that it is or is an array of."""

    def __init__(self, text: str, make: Callable[[Schema], Encoder], struct_name: str | None = None) -> None:
        self.text = text
        self.encoder = make
        self.struct_name = struct_name


def parse_type(text: str) -> _Type:
    """Read a member's type. Raises: InvalidProof when it is malformed or too large."""
    if len(text) > MAX_NAME_LENGTH:
        raise InvalidProof("a type's name is too long")
    if text.count("[") > MAX_DIMENSIONS:
        raise InvalidProof(f"an array has more than {MAX_DIMENSIONS} dimensions")
    if text in _ATOMS:
        return _Type(text, _fixed(_ATOMS[text]))
    if text.endswith("]"):
        return _parse_array(text)
    for prefix, make in _SIZED:
        if text.startswith(prefix):
            size = _size(text[len(prefix) :])
            return _Type(f"{prefix}{size}", _fixed(make(size)))
    return _Type(text, lambda schema: lambda value, budget: schema.struct(text).hash(value, budget), text)


def _parse_array(text: str) -> _Type:
    found = _ARRAY.fullmatch(text)
    if found is None:
        raise InvalidProof("a type is not spelled right")
    element = parse_type(found[1])
    length = _size(found[2]) if found[2] else None

    def make(schema: Schema) -> Encoder:
        return _array_encoder(element.encoder(schema), length)

    return _Type(f"{element.text}[{'' if length is None else length}]", make, element.struct_name)


def _fixed(encoder: Encoder) -> Callable[[Schema], Encoder]:
    return lambda schema: encoder  # noqa: ARG005 - every maker takes the schema, only structs need it


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if found is None or int(found[1]) > _MAX_SIZE:
        raise InvalidProof("a type has a size that is no number")
    return int(found[1])


def _array_encoder(encode: Encoder, length: int | None) -> Encoder:
    def encoder(value: Any, budget: HashBudget) -> bytes:
        if not isinstance(value, list):
            raise InvalidProof("a list was expected where the types name an array")
        if length is not None and len(value) != length:
            raise InvalidProof("a list does not have the length that its type names")
        return budget.keccak256(b"".join([encode(element, budget) for element in value]))

    return encoder


def _encode_string(value: Any, budget: HashBudget) -> bytes:
    if not isinstance(value, str):
        raise InvalidProof("a text was expected where the types name a string")
    try:
        return budget.keccak256(value.encode())
    except UnicodeEncodeError:  # no document that was parsed has one
        raise InvalidProof("a text is not valid Unicode") from None


def _encode_bytes(value: Any, budget: HashBudget) -> bytes:
    return budget.keccak256(_bytes_of_hex(value))


def _encode_address(value: Any, _: HashBudget) -> bytes:
    data = _bytes_of_hex(value)
    if len(data) != 20:
        raise InvalidProof("an address does not have 20 bytes")
    return data.rjust(32, b"\0")


def _encode_bool(value: Any, _: HashBudget) -> bytes:
    if isinstance(value, str):
        value = _BOOLS.get(value)
    if isinstance(value, float) or value not in (False, True):
        raise InvalidProof("a truth value was expected where the types name a bool")
    return _ONE if value else _ZERO


def _bytes_encoder(size: int) -> Encoder:
    def encode(value: Any, _: HashBudget) -> bytes:
        data = _bytes_of_hex(value)
        if not 1 <= size <= 32 or len(data) != size:
            raise InvalidProof("a value does not have the number of bytes that its type names")
        return data.ljust(32, b"\0")

    return encode


def _unsigned_encoder(size: int) -> Encoder:
    return lambda value, _: _bytes_of_number(value, size).rjust(32, b"\0")


def _signed_encoder(size: int) -> Encoder:
    def encode(value: Any, _: HashBudget) -> bytes:
        data = _bytes_of_number(value, size)
        if not data:
            raise InvalidProof("a number has no digits")
        return data.rjust(32, b"\xff" if data[0] & 0x80 else b"\0")

    return encode


def _bytes_of_number(value: Any, size: int) -> bytes:
    if size % 8 or not 8 <= size <= 256:
        raise InvalidProof("a type has a size that does not exist")
    if type(value) is int:
        if not -(2**63) <= value < 2**63:
            raise InvalidProof("a number is too large")
        return value.to_bytes(8, "big", signed=True)
    data = _bytes_of_hex(value)
    if len(data) > 32:
        raise InvalidProof("a number is too large")
    return data


def _bytes_of_hex(value: Any) -> bytes:
    found = _HEX.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidProof("a text of hexadecimal digits was expected")
    return bytes.fromhex(found[1])


_ATOMS: Final[dict[str, Encoder]] = {
    "string": _encode_string,
    "bytes": _encode_bytes,
    "address": _encode_address,
    "bool": _encode_bool,
}
_SIZED: Final = (("uint", _unsigned_encoder), ("int", _signed_encoder), ("bytes", _bytes_encoder))


def _schema_of(types: Any) -> Schema:
    try:
        key = orjson.dumps(types)
    except TypeError:
        raise InvalidProof("the types are not JSON") from None
    if any(null in key for null in _NULLS) and _has_floats(types):
        raise InvalidProof("the types hold a number that may be none")
    return _schema(key)


def _has_floats(types: Any) -> bool:
    """A number that is none (NaN) is written as null in a schema's key: the one way in which a key could lie."""
    if isinstance(types, dict | list):
        return any(_has_floats(part) for part in (types.values() if isinstance(types, dict) else types))
    return isinstance(types, float)


@lru_cache(maxsize=256)
def _schema(types: bytes) -> Schema:
    """Issuers use a handful of schemas. The key is the schema itself, as JSON text; one that does not parse raises
    and is not kept. A kept one has at most 96 members."""
    try:
        parsed = parse_document(types)
    except InvalidDocument as fault:
        raise InvalidProof(f"the proof's types are unusable: {fault}") from None
    if len(parsed) > MAX_TYPES:
        raise InvalidProof(f"there are more than {MAX_TYPES} types")
    if sum(len(members) for members in parsed.values() if isinstance(members, list)) > MAX_MEMBERS_OF_ALL_TYPES:
        raise InvalidProof(f"the types have more than {MAX_MEMBERS_OF_ALL_TYPES} members")
    return Schema({name: _members_of(members) for name, members in parsed.items()})


def _members_of(members: Any) -> Members:
    if not isinstance(members, list) or len(members) > MAX_MEMBERS:
        raise InvalidProof(f"a type is not a list of at most {MAX_MEMBERS} members")
    pairs = [_member(member) for member in members]
    refuse_duplicates(pairs)
    return pairs


def refuse_duplicates(members: Members) -> None:
    """Raises: InvalidProof when two members of a struct type have one name."""
    if len({name for _, name in members}) < len(members):
        raise InvalidProof("a type has two members of one name")


def _member(member: Any) -> tuple[str, str]:
    """A member may have more than a type and a name, which counts for nothing."""
    if not isinstance(member, dict):
        raise InvalidProof("a type's member is not an object")
    kind, name = member.get("type"), member.get("name")
    if not isinstance(kind, str) or not isinstance(name, str):
        raise InvalidProof("a type's member lacks a type or a name")
    return kind, name
