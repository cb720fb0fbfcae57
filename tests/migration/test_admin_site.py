"""The admin site shows and changes what each generation of the existing database has, and does without the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse

from apps.account.models import (
    CustomCredentialRuleset,
    Customization,
    CustomPlatform,
    EmbedSectionHeader,
    EmbedStampPlatform,
)
from apps.registry.models import PlatformMetadata, StampMetadata, WeightConfigurationItem
from scorer_v2.admin_site.model_admin import IndexedAdmin
from tests.factories.account import CommunityFactory, CustomCredentialFactory
from tests.factories.registry import WeightConfigurationFactory
from tests.migration.conftest import NEWEST, ScratchDatabase, recorded_tool

LISTS = [model for model, page in admin.site._registry.items() if isinstance(page, IndexedAdmin)]
PLATFORM = {"platform_type": "NFT", "name": "Holders", "log_reason": "a partner"}


@contextmanager
def as_default(database: ScratchDatabase) -> Iterator[None]:
    """Models use this database."""
    connection = connections["default"]
    connection.close()
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], database.alias
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name


@pytest.fixture(scope="module", params=["2025-12", "2026-07"])
def generation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def operator(scratch_database: Any, generation: str) -> Iterator[Client]:
    """A browser of somebody who may do everything, on a migrated database of the generation."""
    database = scratch_database()
    with database.connect() as connection:
        recorded_tool().create(connection, generation)
    call_command("migrate", database=database.alias, verbosity=0)
    with as_default(database):
        browser = Client()
        browser.force_login(get_user_model().objects.create_superuser("operator"))
        yield browser


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def customization(**changes: Any) -> dict[str, Any]:
    """What the form of a new customization sends."""
    inlines = ("allow_lists", "custom_credentials", "included_chain_ids", "embed_sections", "embed_platforms")
    forms = {f"{name}-{kind}_FORMS": 0 for name in inlines for kind in ("TOTAL", "INITIAL")}
    data = {"path": "theirs", "partner_name": "they", "button_action_type": "Simple Link", "nav_order": 0}
    return {**data, **forms, "scorer": CommunityFactory().pk, "log_reason": "a new partner", **changes}


def widget(section: Any, platform: Any, *, of: Any) -> dict[str, Any]:
    """A widget with one section and a platform in the section `of`."""
    return customization(
        **{
            "embed_sections-TOTAL_FORMS": 1,
            "embed_sections-0-section": section.pk,
            "embed_sections-0-order": 1,
            "embed_platforms-TOTAL_FORMS": 1,
            "embed_platforms-0-section": of.pk,
            "embed_platforms-0-platform": platform.pk,
            "embed_platforms-0-order": 1,
        }
    )


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_every_list_opens(operator: Client, model: Any) -> None:
    assert operator.get(url(model, "changelist")).status_code == 200


def test_a_custom_platform_is_made_changed_and_deleted(operator: Client, generation: str) -> None:
    assert operator.post(url(CustomPlatform, "add"), {**PLATFORM, "is_evm": "on"}).status_code == 302
    (made,) = CustomPlatform.objects.filter(name="Holders")
    assert generation != NEWEST or made.is_evm
    changed = {**PLATFORM, "display_name": "Holders of it"}
    assert operator.post(url(CustomPlatform, "change", made.pk), changed).status_code == 302
    assert CustomPlatform.objects.get(pk=made.pk).display_name == "Holders of it"
    operator.post(url(CustomPlatform, "delete", made.pk), {"post": "yes", "log_reason": "not wanted"})
    assert not CustomPlatform.objects.filter(pk=made.pk).exists()


def test_a_platform_in_use_is_not_deleted(operator: Client) -> None:
    used = CustomCredentialFactory()
    page = operator.post(url(CustomPlatform, "delete", used.platform_id), {"post": "yes", "log_reason": "not wanted"})
    assert page.status_code == 200
    assert CustomPlatform.objects.filter(pk=used.platform_id).exists()
    assert operator.get(url(Customization, "change", used.customization_id)).status_code == 200
    used.customization.delete()


def test_stamp_metadata_with_a_weight_is_deleted(operator: Client) -> None:
    used = WeightConfigurationItem.objects.create(
        weight_configuration=WeightConfigurationFactory(),
        provider="Old",
        weight=1,
        stamp_metadata=StampMetadata.objects.create(provider="Old"),
    )
    page = url(StampMetadata, "delete", used.stamp_metadata_id)
    assert operator.get(page).status_code == 200
    assert operator.post(page, {"post": "yes", "log_reason": "not wanted"}).status_code == 302
    used.refresh_from_db()
    assert used.stamp_metadata_id is None


def test_a_platform_can_be_saved_again_after_it_was_made(operator: Client) -> None:
    made = CustomPlatform.objects.create(name="Again")
    made.display_name = "Once more"
    made.save()
    assert CustomPlatform.objects.get(name="Again").display_name == "Once more"


def test_stamp_metadata_is_made(operator: Client) -> None:
    sent = {"provider": "Github", "is_beta": "on", "log_reason": "new"}
    assert operator.post(url(StampMetadata, "add"), sent).status_code == 302
    assert StampMetadata.objects.get(provider="Github").is_beta


def test_a_ruleset_for_holders_of_nfts_is_made(operator: Client) -> None:
    definition = '{"name": "ours", "condition": {"contracts": []}}'
    sent = {"credential_type": "NFT", "definition": definition, "log_reason": "a partner"}
    assert operator.post(url(CustomCredentialRuleset, "add"), sent).status_code == 302
    assert CustomCredentialRuleset.objects.get(name="ours").provider_id.startswith("NFTHolder#ours#")


def test_a_customization_is_made_and_deleted(operator: Client) -> None:
    assert operator.post(url(Customization, "add"), customization()).status_code == 302
    made = Customization.objects.get(path="theirs")
    page = operator.get(url(Customization, "delete", made.pk))
    assert page.status_code == 200
    operator.post(url(Customization, "delete", made.pk), {"post": "yes", "log_reason": "left"})
    assert not Customization.objects.exists()


def test_sections_of_the_widget_need_their_table(operator: Client, generation: str) -> None:
    sent = {"name": "Physical verification", "log_reason": "new"}
    answer = operator.post(url(EmbedSectionHeader, "add"), sent)
    assert answer.status_code == (302 if generation == NEWEST else 403)
    assert EmbedSectionHeader.objects.count() == (1 if generation == NEWEST else 0)


@pytest.mark.parametrize("generation", [NEWEST], indirect=True, scope="module")
def test_a_platform_of_the_widget_is_in_a_section_of_the_same_form(operator: Client) -> None:
    section, other = (EmbedSectionHeader.objects.create(name=name) for name in ("this", "other"))
    platform = PlatformMetadata.objects.create(platform_id="Github", name="GitHub")
    refused = operator.post(url(Customization, "add"), widget(section, platform, of=other))
    assert "has no section other" in refused.content.decode()
    assert not EmbedStampPlatform.objects.exists()
    assert operator.post(url(Customization, "add"), widget(section, platform, of=section)).status_code == 302
    assert EmbedStampPlatform.objects.get().section == section
    Customization.objects.all().delete()
    assert not EmbedStampPlatform.objects.exists()
