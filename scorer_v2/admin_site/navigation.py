"""The sidebar and the first page: what the team does, and under each job the pages for it.

An app's page or table appears to those who may see it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """A link to `admin:<url_name>`. `permission` is needed to see it; `hint` says on the first page what it is for."""

    title: str
    icon: str
    url_name: str
    permission: str
    hint: str = ""


def table(title: str, label: str, icon: str = "table_rows", hint: str = "") -> Entry:
    """The list of a table; `label` as in `ceramic_cache.ban`."""
    app, model = label.split(".")
    return Entry(title, icon, f"{app}_{model}_changelist", f"{app}.view_{model}", hint)


@dataclass(frozen=True, slots=True)
class Job:
    """A group of entries. `is_folded`: closed until somebody opens it."""

    title: str
    entries: Sequence[Entry]
    is_folded: bool = False


JOBS = (
    Job(
        "Bans and revocations",
        (
            Entry("New ban", "add_circle", "new_ban", "ceramic_cache.add_ban", "Shows first whom it hits."),
            Entry(
                "New ban list", "upload", "new_ban_list", "ceramic_cache.add_banlist", "Many at once, from a CSV file."
            ),
            table("Bans", "ceramic_cache.ban", "gavel", "Who is banned, until when, and whether it was run."),
            table("Ban lists", "ceramic_cache.banlist", "playlist_remove", "Bans from a CSV file."),
            table("Revocations", "ceramic_cache.revocation", "block", "Stored stamps that count no longer."),
            table("Revocation lists", "ceramic_cache.revocationlist", "rule", "Revocations from a CSV file."),
        ),
    ),
    Job(
        "Lists",
        (
            table("Address lists", "account.addresslist", "checklist", "Allow lists, filled from a CSV file."),
            table("Members", "account.addresslistmember", "person_search", "Which lists an address is on."),
        ),
    ),
    Job(
        "Explain a score",
        (
            Entry("Explain", "help", "explain_score", "registry.view_score", "Why an address has its score."),
            table("Scores", "registry.score", "scoreboard", "The last score of an address in each community."),
        ),
    ),
    Job(
        "Keys and communities",
        (
            table("API keys", "account.accountapikey", "key", "Limits, permissions, expiry."),
            Entry("Audit of keys", "policy", "audit_keys", "account.view_accountapikey", "Who is refused, and calls."),
            table("Accounts", "account.account", "badge"),
            table("Communities", "account.community", "groups", "Which scorer a community has."),
            table("Customizations", "account.customization", "palette"),
            table("Custom credentials", "account.customcredentialruleset", "extension"),
            table("Custom platforms", "account.customplatform", "widgets"),
            table("Featured campaigns", "account.featuredcampaign", "campaign", "What all dashboards advertise."),
            table("Sections of the widget", "account.embedsectionheader", "view_list"),
            table("Calls of keys", "account.accountapikeyanalytics", "monitoring"),
        ),
    ),
    Job(
        "Weights",
        (
            table("Weight configurations", "registry.weightconfiguration", "balance", "What the weights are to be."),
            Entry(
                "Copy to scorers",
                "content_copy",
                "copy_weights",
                "scorer_weighted.change_scorer",
                "The active weights.",
            ),
            table("Binary scorers", "scorer_weighted.binaryweightedscorer", "toggle_on", "Weights and threshold."),
            table("Weighted scorers", "scorer_weighted.weightedscorer", "speed"),
            table("Stamp metadata", "registry.stampmetadata", "sell"),
            table("Platforms of stamps", "registry.platformmetadata", "category"),
            table("Rescore requests", "scorer_weighted.rescorerequest", "restart_alt"),
        ),
    ),
    Job(
        "Points",
        (
            table("Human points", "registry.humanpoints", "stars"),
            table("What actions are worth", "registry.humanpointsconfig", "tune"),
            table("Multipliers", "registry.humanpointsmultiplier", "close"),
            table("Qualified users", "registry.humanpointscommunityqualifiedusers", "verified_user"),
        ),
    ),
    Job(
        "Raw data",
        (
            table("Stored stamps", "ceramic_cache.ceramiccache", "inventory_2"),
            table("Passports", "registry.passport", "id_card"),
            table("Stamps of scores", "registry.stamp", "approval"),
            table("Hash links", "registry.hashscorerlink", "link"),
            table("Claims of wallet groups", "account.walletgroupcommunityclaim", "account_tree"),
            table("Events", "registry.event", "history"),
            table("Scorers", "scorer_weighted.scorer", "calculate"),
            table("Stakes", "stake.stake", "savings"),
            table("Stake events", "stake.stakeevent", "receipt_long"),
            table("GTC stake events", "registry.gtcstakeevent", "receipt"),
            table("Last blocks", "stake.lastblock", "deployed_code"),
            table("Reindex requests", "stake.reindexrequest", "sync"),
            table("Grant contributions", "cgrants.grantcontributionindex", "volunteer_activism"),
            table("Protocol contributions", "cgrants.protocolcontributions", "handshake"),
            table("Rounds", "cgrants.roundmapping", "event"),
            table("Squelched accounts", "cgrants.squelchedaccounts", "voice_over_off"),
        ),
        is_folded=True,
    ),
    Job(
        "Team",
        (
            table("Log", "admin.logentry", "manage_history", "Who changed what, and why."),
            table("Users", "auth.user", "person"),
            table("Groups", "auth.group", "group"),
        ),
    ),
)


def jobs_of(request: HttpRequest) -> list[Job]:
    """The jobs of this user, each with the entries that the user may see."""
    seen = ((job, [entry for entry in job.entries if request.user.has_perm(entry.permission)]) for job in JOBS)
    return [Job(job.title, entries, job.is_folded) for job, entries in seen if entries]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """What unfold takes as its navigation."""
    home = {"title": "Home", "icon": "home", "link": reverse("admin:index")}
    jobs = jobs_of(request)
    here = _closest(request.path, jobs)
    return [{"items": [home]}, *({**_group(job), "items": _links(job.entries, here)} for job in jobs)]


def icon_url(request: HttpRequest) -> str:  # noqa: ARG001 - unfold's signature
    """The site's icon. Without one, browsers ask for /favicon.ico, and are answered 404."""
    return static("scorer_v2/icon.svg")


def _group(job: Job) -> dict[str, Any]:
    return {"title": job.title, "collapsible": job.is_folded, "separator": True}


def _links(entries: Iterable[Entry], here: str) -> list[dict[str, Any]]:
    links = ((entry, _url(entry)) for entry in entries)
    return [{"title": entry.title, "icon": entry.icon, "link": url, "active": url == here} for entry, url in links]


def _closest(path: str, jobs: Iterable[Job]) -> str:
    """The one entry that a page is below; `ban/add/` is not below `ban/` too."""
    urls = (_url(entry) for job in jobs for entry in job.entries)
    return max((url for url in urls if path.startswith(url)), key=len, default="")


def _url(entry: Entry) -> str:
    return reverse(f"admin:{entry.url_name}")
