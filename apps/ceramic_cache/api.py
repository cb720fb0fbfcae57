"""Endpoints of bans and revocations."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, Router

from apps.account.authentication import InternalToken
from apps.ceramic_cache import services
from apps.ceramic_cache.schemas import BanCheck, Bounded, CheckedCredential, ProofValues, RevocationCheck
from scorer_v2.http.answers import json_answer, json_bytes
from scorer_v2.http.error_schemas import errors

router = Router(tags=["bans and revocations"])

CHECK_ERRORS = errors(400, 401, 413, 422, 500, 503)


@router.post(
    "/internal/check-bans",
    auth=InternalToken(),
    response={200: list[BanCheck], **CHECK_ERRORS},
    summary="Check credentials for bans",
)
def check_bans(
    request: HttpRequest,
    payload: Annotated[Bounded[CheckedCredential], Body(description="Credentials of one holder.")],
) -> HttpResponse:
    """Which of a holder's credentials are banned: the whole account, a credential's hash, or one provider's stamp."""
    request.unexpected_detail = "Failed to check bans"  # type: ignore[attr-defined]  # the last error handler's
    subjects = [
        services.CredentialSubject(hash=subject.hash, provider=subject.provider, id=subject.id)
        for subject in (credential.credentialSubject for credential in payload)
    ]
    return json_answer(json_bytes(services.check_bans(subjects=subjects, now=timezone.now())))


@router.post(
    "/internal/check-revocations",
    auth=InternalToken(),
    response={200: list[RevocationCheck], **CHECK_ERRORS},
    summary="Check stamps for revocation",
)
def check_revocations(request: HttpRequest, payload: ProofValues) -> HttpResponse:
    """Which of up to 100 stamps, named by their proof values, are revoked. In the order asked, repetitions kept."""
    request.unexpected_detail = "Failed to check revocations"  # type: ignore[attr-defined]  # as above
    return json_answer(json_bytes(services.check_revocations(proof_values=payload.proof_values)))
