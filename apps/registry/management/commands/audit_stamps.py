"""`manage.py audit_stamps`: what the rules D22, D23 and D24 stop counting."""

from typing import Any

from django.utils import timezone

from apps.registry.evaluation import scoring_rules
from apps.registry.stamp_audit import StampAudit, audit_stamps
from scorer_v2.operations.command import OperationsCommand, Report


class Command(OperationsCommand):
    help = (
        "Count the live stamps that the replaced service counts and this one does not, by provider and community: "
        "under another provider's name (D22), with a revoked proof (D23), with another spelling of a signature (D24). "
        "Reads only. Run it before the switch; exit status 0 whatever it finds."
    )
    writes = False

    def run(self, **options: Any) -> Report:  # noqa: ARG002 - Django's signature
        issuers = scoring_rules().trusted_issuers
        if not issuers:
            self.say("TRUSTED_IAM_ISSUERS is empty: no stamp counts, so nothing can stop counting.")
        with self.progress() as bar:
            found = audit_stamps(
                trusted_issuers=issuers, now=timezone.now(), progress=lambda _, done, total: bar(done, total)
            )
        return Report(counts=_counts(found), lines=_lines(found), details=_details(found))


def _counts(found: StampAudit) -> dict[str, int]:
    return {
        "stamps_read": found.stamps_read,
        "stamps_that_stop_counting": found.stamps.total(),
        "scores_read": found.passports_read,
        "scores_that_change": found.scores.total(),
    }


def _lines(found: StampAudit) -> list[str]:
    stamps = [f"{rule} {provider}: {number:,} stored" for (rule, provider), number in found.stamps.most_common()]
    scores = [f"community {community}: {number:,} scores" for community, number in sorted(found.scores.items())]
    kept = [
        f"community {community}, {rule} {provider}: {number:,} counted"
        for (rule, community, provider), number in sorted(found.kept.items(), key=lambda item: item[0][1:])
    ]
    return [*stamps, *scores, *kept]


def _details(found: StampAudit) -> dict[str, Any]:
    return {
        "stored": [{"rule": rule, "provider": name, "stamps": n} for (rule, name), n in sorted(found.stamps.items())],
        "counted": [
            {"rule": rule, "community": community, "provider": name, "stamps": n}
            for (rule, community, name), n in sorted(found.kept.items())
        ],
        "scores": [{"community": community, "scores": n} for community, n in sorted(found.scores.items())],
    }
