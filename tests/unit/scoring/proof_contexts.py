"""The part of the W3C credentials context that the known credentials use, for the JSON-LD library of the tests.

Written for these tests from the meaning of the terms in the recommendation "Verifiable Credentials Data Model 1.1".
"""

from typing import Any

_CREDENTIALS = "https://www.w3.org/2018/credentials#"
_SECURITY = "https://w3id.org/security#"
_DATE = "http://www.w3.org/2001/XMLSchema#dateTime"

CREDENTIALS_V1: dict[str, Any] = {
    "@context": {
        "@version": 1.1,
        "@protected": True,
        "id": "@id",
        "type": "@type",
        "VerifiableCredential": {
            "@id": f"{_CREDENTIALS}VerifiableCredential",
            "@context": {
                "@version": 1.1,
                "@protected": True,
                "credentialSubject": {"@id": f"{_CREDENTIALS}credentialSubject", "@type": "@id"},
                "expirationDate": {"@id": f"{_CREDENTIALS}expirationDate", "@type": _DATE},
                "issuanceDate": {"@id": f"{_CREDENTIALS}issuanceDate", "@type": _DATE},
                "issuer": {"@id": f"{_CREDENTIALS}issuer", "@type": "@id"},
            },
        },
        "Ed25519Signature2018": {
            "@id": f"{_SECURITY}Ed25519Signature2018",
            "@context": {
                "@version": 1.1,
                "@protected": True,
                "created": {"@id": "http://purl.org/dc/terms/created", "@type": _DATE},
                "proofPurpose": {
                    "@id": f"{_SECURITY}proofPurpose",
                    "@type": "@vocab",
                    "@context": {"@version": 1.1, "assertionMethod": f"{_SECURITY}assertionMethod"},
                },
                "verificationMethod": {"@id": f"{_SECURITY}verificationMethod", "@type": "@id"},
            },
        },
    }
}
