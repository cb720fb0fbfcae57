"""`manage.py seed_demo`: a small world that scores as it says, and that can be seeded again."""

import json
import stat
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.core import serializers
from django.core.management import CommandError, call_command
from django.test import Client

from apps.account.models import AccountAPIKey, Community
from apps.ceramic_cache.models import CeramicCache
from apps.registry.models import HumanPoints
from tests.factories.account import CommunityFactory, UserFactory
from tests.factories.ceramic_cache import StoredStampFactory
from tools import demo
from tools.demo.people import ADDRESS_LIST, ALICE, BOB, DAVE, FRANK, GRACE, PEOPLE, POINTS_COMMUNITY, UI_COMMUNITY
from tools.issuer_keys import load_key

transactional = pytest.mark.django_db(transaction=True)
stored = pytest.mark.django_db
LABELS = ("auth", "account", "ceramic_cache", "cgrants", "registry", "scorer_weighted", "stake")


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def trusted(settings, tmp_path):
    """Seeds, and trusts the issuer as settings.dev does on the next start. Gives the folder of the secrets."""
    demo.seed(tmp_path)
    trust(settings, tmp_path)
    return tmp_path


def trust(settings, folder):
    key = load_key(folder / "issuer.key")
    settings.TRUSTED_IAM_ISSUERS = [key.did, key.ed25519_did]


def rows():
    models = [model for label in LABELS for model in apps.get_app_config(label).get_models()]
    return {model: serializers.serialize("json", model.objects.order_by("pk")) for model in models}


def internal(path, payload=None):
    """The answer's JSON."""
    client = Client(headers={"Authorization": configured.CGRANTS_API_TOKEN})
    if payload is None:
        answer = client.get(f"/internal/{path}")
    else:
        answer = client.post(f"/internal/{path}", payload, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def score(person, community_id):
    return internal(f"score/v2/{community_id}/{person.address}")


def status_of(key):
    path = f"/v2/stamps/{UI_COMMUNITY}/score/{ALICE.address}"
    return Client(headers={"X-API-Key": key}).get(path).status_code


def run(*arguments):
    out = StringIO()
    call_command("seed_demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("development", [False, None])
def test_it_refuses_settings_that_are_not_for_development(settings, tmp_path, development):
    settings.DEVELOPMENT = development
    with pytest.raises(CommandError, match=r"settings\.dev"):
        demo.seed(tmp_path)
    assert list(tmp_path.iterdir()) == []


@stored
def test_it_refuses_a_database_whose_communities_are_somebody_elses(tmp_path):
    CommunityFactory(id=UI_COMMUNITY)
    with pytest.raises(CommandError, match=r"Community 1 .* is not the demo's"):
        demo.seed(tmp_path)
    assert not AccountAPIKey.objects.filter(name="demo").exists()


@stored
def test_the_first_run_tells_password_and_keys_and_keeps_them_for_their_owner_only(tmp_path):
    data = demo.seed(tmp_path)
    kept = json.loads((tmp_path / "demo.json").read_text())
    assert kept == {"admin_password": data.admin_password, "api_key": data.api_key, "api_keys": data.api_keys}
    assert data.api_key == data.api_keys["demo"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600, 0o600]


@stored
def test_a_later_run_tells_no_secrets(tmp_path):
    demo.seed(tmp_path)
    data = demo.seed(tmp_path)
    assert (data.admin_password, data.api_key, data.api_keys) == (None, None, {})


@stored
def test_the_database_has_no_secret_in_clear(tmp_path):
    data = demo.seed(tmp_path)
    everything = "".join(rows().values())
    secrets = [data.admin_password, (tmp_path / "issuer.key").read_text().strip()]
    secrets += [key.partition(".")[2] for key in data.api_keys.values()]
    assert [secret for secret in secrets if secret in everything] == []


@stored
def test_a_second_run_changes_nothing_and_says_so(tmp_path):
    first = demo.seed(tmp_path)
    before = rows()
    second = demo.seed(tmp_path)
    assert rows() == before
    assert {table: count.added for table, count in first.counts.items()} == {
        table: count.already_there for table, count in second.counts.items()
    }
    assert sum(count.added for count in second.counts.values()) == 0


@stored
def test_rows_that_were_deleted_come_back(tmp_path):
    demo.seed(tmp_path)
    CeramicCache.objects.filter(address=ALICE.address, provider="Google").delete()
    assert demo.seed(tmp_path).counts["ceramic_cache_ceramiccache"].added == 1


@stored
def test_the_next_community_gets_an_id_of_its_own(tmp_path):
    demo.seed(tmp_path)
    assert CommunityFactory().pk > POINTS_COMMUNITY


@stored
def test_a_user_of_the_admin_site_can_sign_in_with_the_password(client, tmp_path):
    data = demo.seed(tmp_path)
    assert client.login(username=data.admin_username, password=data.admin_password)


@stored
def test_other_users_keep_their_rights(tmp_path):
    other = UserFactory(username="admin")
    demo.seed(tmp_path)
    other.refresh_from_db()
    assert (other.is_superuser, other.password) == (False, "!")


@transactional
def test_everybody_scores_in_every_community_as_announced(trusted):
    assert len(PEOPLE) == 10
    scores = {
        person.name: {community: score(person, community)["score"] for community in person.scores} for person in PEOPLE
    }
    assert scores == {person.name: person.scores for person in PEOPLE}


@transactional
def test_everybody_passes_where_the_expectation_says_so(trusted):
    passing = {(p.name, c) for p in PEOPLE for c in p.scores if score(p, c)["passing_score"]}
    assert passing == {(name, c) for name in ("Alice", "Heidi") for c in (1, 2, 3)} | {("Bob", 2), ("Grace", 2)}


@transactional
def test_bobs_shared_stamp_is_deduplicated_though_alice_was_never_scored(trusted):
    assert score(BOB, UI_COMMUNITY)["stamps"]["HolonymGovIdProvider"]["dedup"] is True


@transactional
def test_alice_earns_points_in_the_community_of_the_programme_only(trusted, settings):
    settings.HUMAN_POINTS_ENABLED = settings.HUMAN_POINTS_WRITE_ENABLED = True
    minted = HumanPoints.objects.count()
    score(ALICE, UI_COMMUNITY)
    assert HumanPoints.objects.count() == minted
    score(ALICE, POINTS_COMMUNITY)
    actions = set(HumanPoints.objects.filter(address=ALICE.address).values_list("action", flat=True))
    assert actions == {"PMT", "HKY", "ISG", "CST", "HGO", "SOG"}


@transactional
def test_keys_are_refused_as_their_names_say(tmp_path):
    keys = demo.seed(tmp_path).api_keys
    assert {name: status_of(key) for name, key in keys.items()} == {
        "demo": 200,
        "tier 1": 200,
        "without read_scores": 403,
        "revoked": 401,
        "expired": 401,
    }


@transactional
def test_lost_secrets_are_replaced_by_new_ones_that_work(tmp_path):
    old = demo.seed(tmp_path)
    (tmp_path / "demo.json").unlink()
    new = demo.seed(tmp_path)
    assert (status_of(old.api_key), status_of(new.api_key)) == (401, 200)


@transactional
def test_a_lost_issuer_key_is_replaced_and_stamps_are_signed_anew(trusted, settings):
    (trusted / "issuer.key").unlink()
    demo.seed(trusted)
    trust(settings, trusted)
    assert score(ALICE, UI_COMMUNITY)["score"] == ALICE.scores[UI_COMMUNITY]
    assert score(DAVE, UI_COMMUNITY)["score"] == DAVE.scores[UI_COMMUNITY]


@stored
def test_stamps_that_somebody_stored_since_are_left_alone(tmp_path):
    demo.seed(tmp_path)
    others = StoredStampFactory(address=ALICE.address, provider="Lens")
    demo.seed(tmp_path)
    assert CeramicCache.objects.filter(pk=others.pk).exists()


@stored
def test_an_issuer_key_that_is_none_is_named(tmp_path):
    (tmp_path / "issuer.key").write_text("no key")
    with pytest.raises(CommandError, match=r"issuer\.key cannot be used"):
        demo.seed(tmp_path)
    assert not Community.objects.exists()


@transactional
def test_bans_and_revocations_are_there_to_be_checked(tmp_path):
    demo.seed(tmp_path)
    subject = {"hash": None, "provider": "Google", "id": f"did:pkh:eip155:1:{FRANK.address}"}
    assert internal("check-bans", [{"credentialSubject": subject}])[0]["ban_type"] == "account"
    revoked = CeramicCache.objects.get(address=DAVE.address, provider="CoinbaseDualVerification")
    assert internal("check-revocations", {"proof_values": [revoked.proof_value]})[0]["is_revoked"]


@transactional
def test_stakes_contributions_and_lists_are_there_to_be_asked_for(tmp_path):
    demo.seed(tmp_path)
    stakes = internal(f"stake/gtc/{ALICE.address}")["items"]
    assert [stake["amount"] for stake in stakes] == ["125.000000000000000000", "20.500000000000000000"]
    assert len(internal(f"stake/legacy-gtc/{ALICE.address}/1")["results"]) == 2
    statistics = internal(f"cgrants/contributor_statistics?address={ALICE.address}")
    assert statistics == {"num_grants_contribute_to": 3.0, "total_contribution_amount": 48.0}
    assert internal(f"allow-list/{ADDRESS_LIST}/{GRACE.address}") == {"is_member": True}


@stored
def test_the_command_prints_each_address_with_its_score_and_counts_by_table(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    printed = run()
    assert [person.name for person in PEOPLE if f"{person.address}  {person.name}" not in printed] == []
    assert "ceramic_cache_ceramiccache" in printed
    assert "Shown this once" in printed
    assert "Shown this once" not in run()


@stored
def test_the_command_prints_json(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    printed = json.loads(run("--json"))
    assert printed["api_key"] == json.loads((tmp_path / ".data" / "demo.json").read_text())["api_key"]
    assert printed["counts"]["account_community"] == {"added": 3, "already_there": 0}
    assert printed["people"][0]["scores"] == {"1": "27.77400", "2": "27.77400", "3": "27.77400"}
