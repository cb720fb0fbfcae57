"""The admin pages open, search by index, and never count a whole table."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse

from scorer_v2.admin_site.model_admin import BoundedPaginator, EditOnlyAdmin, IndexedAdmin, ReadOnlyAdmin
from tests.factories import account, ceramic_cache, cgrants, registry, scorer_weighted, stake

pytestmark = pytest.mark.django_db

FACTORIES = {
    factory._meta.model: factory
    for module in (account, ceramic_cache, cgrants, registry, scorer_weighted, stake)
    for name, factory in vars(module).items()
    if name.endswith("Factory") and not name.startswith("_")
}
OURS = {model: page for model, page in admin.site._registry.items() if isinstance(page, IndexedAdmin)}
MODELS = pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("staff"))
    return client


@MODELS
def test_the_list_can_be_searched(staff, model):
    assert staff.get(url(model, "changelist"), {"q": "0xAb"}).status_code == 200


@pytest.mark.parametrize("model", [m for m in OURS if m in FACTORIES], ids=lambda model: model._meta.label)
def test_the_page_of_a_row_opens(staff, model):
    assert staff.get(url(model, "change", FACTORIES[model]().pk)).status_code == 200


@MODELS
def test_rows_that_the_machine_makes_cannot_be_added(staff, model):
    due = 403 if isinstance(OURS[model], EditOnlyAdmin) else 200
    assert staff.get(url(model, "add")).status_code == due


@pytest.mark.parametrize(
    "model",
    [m for m, page in OURS.items() if isinstance(page, ReadOnlyAdmin) and m in FACTORIES],
    ids=lambda model: model._meta.label,
)
def test_rows_that_the_machine_makes_cannot_be_changed(staff, model):
    assert staff.post(url(model, "change", FACTORIES[model]().pk), {}).status_code == 403


@pytest.mark.parametrize(
    ("factory", "column"),
    [
        (ceramic_cache.StoredStampFactory, "address"),
        (registry.HashLinkFactory, "address"),
        (registry.EventFactory, "address"),
        (stake.StakeFactory, "staker"),
        (cgrants.GrantContributionFactory, "contributor_address"),
    ],
)
def test_an_address_is_found_in_any_case(staff, factory, column):
    factory()
    wanted = factory(**{column: "0xabcdef0000000000000000000000000000000001"})
    page = staff.get(url(factory._meta.model, "changelist"), {"q": "0xABCDEF0000000000000000000000000000000001"})
    assert [row.pk for row in page.context["cl"].result_list] == [wanted.pk]


@MODELS
def test_a_large_table_is_searched_by_equality(model):
    small = {"Community", "AddressList", "Customization", "CustomCredentialRuleset", "CustomPlatform", "BanList"}
    small |= {"RevocationList", "StampMetadata", "WeightConfiguration", "AccountAPIKey"}
    small |= {"EmbedSectionHeader", "PlatformMetadata"}
    if model.__name__ not in small:
        assert all(name.endswith("__exact") for name in OURS[model].search_fields)


def test_a_revoked_key_stays_revoked(staff):
    key = account.ApiKeyFactory(revoked=True)
    page = staff.get(url(type(key), "change", key.pk))
    assert "revoked" in page.context["adminform"].readonly_fields


@pytest.mark.parametrize(
    ("model", "type_"), [("BinaryWeightedScorer", "WEIGHTED_BINARY"), ("WeightedScorer", "WEIGHTED")]
)
def test_a_new_scorer_has_the_type_of_its_kind(staff, model, type_):
    model = getattr(scorer_weighted, model)
    staff.post(url(model, "add"), {"weights": '{"Google": "1"}', "threshold": "20", "log_reason": "a new scorer"})
    assert model.objects.get().type == type_


def test_pages_beyond_the_bound_are_not_counted(monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "most", 2)
    for _ in range(3):
        stake.StakeFactory()
    model = stake.Stake
    assert BoundedPaginator(model.objects.order_by("pk"), 50).count == 2
