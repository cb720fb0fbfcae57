"""Proofs of kind `EthereumEip712Signature2021` by issuers that are `did:ethr` (contract, section 3.3, point 5)."""

import re
from typing import Any, Final

from coincurve import PrivateKey, PublicKey

from apps.registry.scoring.eip712 import typed_data_hash
from apps.registry.scoring.proof_errors import InvalidProof
from apps.registry.scoring.proof_values import NON_CANONICAL, is_canonical_eip712
from apps.registry.scoring.signed_credentials import SignedCredential
from scorer_v2.primitives.ethereum_addresses import checksummed
from scorer_v2.primitives.keccak import keccak256

_ISSUER: Final = re.compile(r"did:ethr:(?:([^:]*):)?(0x(?:[0-9a-zA-Z]{40}|[0-9a-fA-F]{66}))")
_KEY_LENGTH: Final = 68
_NETWORKS: Final = frozenset({None, "mainnet", "morden", "ropsten", "rinkeby", "goerli", "kovan"})
_CHAIN_ID: Final = re.compile(r"0x[+-]?([0-9a-fA-F]+)")


def check_eip712_proof(signed: SignedCredential) -> None:
    """Raises InvalidProof unless the issuer's address signed all of the credential, and the signature is spelled in the
    one canonical way (D24): everybody can compute the others."""
    account = _issuer_account(signed.issuer)
    methods = ("controller",) if len(account) != _KEY_LENGTH else ("controller", "controllerKey")
    if signed.proof.get("verificationMethod") not in [f"{signed.issuer}#{method}" for method in methods]:
        raise InvalidProof("the verification method is not the issuer's controller")
    signature = _signature(signed.proof.get("proofValue"))
    if not _is_account_of(account, _recover(signature, signing_digest(signed))):
        raise InvalidProof("the signature is not the issuer's, or something that it covers was changed")


def signing_digest(signed: SignedCredential) -> bytes:
    """What the signature is over: the credential and its proof, less the signature and the types themselves."""
    proof = {name: member for name, member in signed.proof.items() if name != "proofValue"}
    schema = proof.pop("eip712") if "eip712" in proof else proof.pop("eip712Domain", None)
    return typed_data_hash(*_schema_parts(schema), {**signed.document, "proof": proof})


def address_of(key: PublicKey) -> str:
    """The lower-case address of a public key."""
    return "0x" + keccak256(key.format(compressed=False)[1:])[-20:].hex()


def sign_digest(secret: bytes, digest: bytes) -> str:
    """The `proofValue` that the key with this secret makes."""
    signature = PrivateKey(secret).sign_recoverable(digest, hasher=None)
    return "0x" + signature[:64].hex() + f"{signature[64] + 27:02x}"


def _schema_parts(schema: Any) -> tuple[Any, Any, Any]:
    if not isinstance(schema, dict):
        raise InvalidProof("the proof does not say its types")
    if schema.keys() == {"types", "primaryType", "domain"}:
        return schema["types"], schema["primaryType"], schema["domain"]
    if schema.keys() == {"messageSchema", "primaryType", "domain"}:
        return schema["messageSchema"], schema["primaryType"], schema["domain"]
    raise InvalidProof("the proof's types come with a member that is not known, or lack one")


def _issuer_account(issuer: str) -> str:
    """The issuer's address, or its public key: the identifier may have either."""
    found = _ISSUER.fullmatch(issuer)
    if found is None:
        raise InvalidProof("the issuer is no Ethereum account")
    network: str | None = found[1]
    if network not in _NETWORKS:
        chain_id = _CHAIN_ID.fullmatch(network or "")
        if chain_id is None or int(chain_id[1], 16) >= 2**63:
            raise InvalidProof("the issuer's network is not known")
    account: str = found[2]
    return account


def _signature(value: Any) -> bytes:
    """Return r, s and the recovery id, 65 bytes."""
    if not isinstance(value, str) or not is_canonical_eip712(value):
        raise InvalidProof(NON_CANONICAL)
    signature = bytes.fromhex(value[2:])
    return signature[:64] + bytes([signature[64] - 27])


def _recover(signature: bytes, digest: bytes) -> PublicKey:
    try:
        return PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except Exception:
        raise InvalidProof("the signature is not one of any key") from None


def _is_account_of(account: str, key: PublicKey) -> bool:
    """An address with capital letters must be spelled with the checksum of EIP-55."""
    if len(account) == _KEY_LENGTH:
        return account.lower() == "0x" + key.format().hex()
    address = address_of(key)
    return account == (address if account == account.lower() else "0x" + checksummed(address[2:]))
