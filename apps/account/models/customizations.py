"""What a community changes: the look of its dashboard, and weights on top of its scorer's (contract, 3.7)."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models

from apps.account.models.address_lists import AddressList
from apps.account.models.communities import Community
from apps.account.models.custom_credentials import CustomCredentialRuleset, CustomPlatform
from scorer_v2.database.optional_schema import RelatedOptionalColumnsManager


class Customization(models.Model):
    """A community's dashboard. Column and key `scorer` are the community."""

    scorer = models.OneToOneField(Community, on_delete=models.CASCADE, related_name="customization")
    path = models.CharField(max_length=100, unique=True, help_text="The dashboard's path in the user interface.")
    partner_name = models.CharField(max_length=100)
    use_custom_dashboard_panel = models.BooleanField(default=False)
    show_explanation_panel = models.BooleanField(default=True)

    customization_background_1 = models.CharField(max_length=7, null=True, blank=True)
    customization_background_2 = models.CharField(max_length=7, null=True, blank=True)
    customization_background_3 = models.CharField(max_length=7, null=True, blank=True)
    customization_foreground_1 = models.CharField(max_length=7, null=True, blank=True)
    customization_foreground_2 = models.CharField(max_length=7, null=True, blank=True)

    logo_image = models.TextField(null=True, blank=True)
    logo_caption = models.TextField(null=True, blank=True)
    logo_background = models.CharField(max_length=10, null=True, blank=True)

    custom_dashboard_panel_title = models.CharField(max_length=255, null=True, blank=True)
    body_main_text = models.TextField(null=True, blank=True)
    body_sub_text = models.TextField(null=True, blank=True)
    body_action_text = models.TextField(null=True, blank=True)
    body_action_url = models.CharField(max_length=200, null=True, blank=True)
    button_action_type = models.CharField(max_length=25, default="Simple Link")
    body_display_info_tooltip = models.BooleanField(default=False)
    body_info_tooltip_text = models.TextField(null=True, blank=True)

    scorer_panel_title = models.CharField(max_length=100, null=True, blank=True)
    scorer_panel_text = models.TextField(null=True, blank=True)

    nav_logo = models.TextField(null=True, blank=True)
    nav_order = models.IntegerField(default=0)
    show_in_top_nav = models.BooleanField(default=False)

    class Meta:
        verbose_name = "customization"
        verbose_name_plural = "customizations"

    def __str__(self) -> str:
        return f"{self.partner_name} ({self.path})"


class AllowList(models.Model):
    """The weight that being on an address list has in a community."""

    address_list = models.ForeignKey(AddressList, on_delete=models.PROTECT, related_name="allow_lists")
    customization = models.ForeignKey(Customization, on_delete=models.CASCADE, related_name="allow_lists")
    weight = models.DecimalField(max_digits=7, decimal_places=4, default=0)

    class Meta:
        verbose_name = "allow list"
        verbose_name_plural = "allow lists"

    def __str__(self) -> str:
        return f"address list {self.address_list_id}: {self.weight}"


class WithPlatformsManager(RelatedOptionalColumnsManager):
    relation = "platform"


class CustomCredential(models.Model):
    """The weight that a custom credential has in a community, and how it is shown there."""

    customization = models.ForeignKey(Customization, on_delete=models.CASCADE, related_name="custom_credentials")
    ruleset = models.ForeignKey(CustomCredentialRuleset, on_delete=models.PROTECT, related_name="custom_credentials")
    platform = models.ForeignKey(CustomPlatform, on_delete=models.PROTECT, related_name="custom_credentials")
    weight = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    display_name = models.CharField(max_length=64)
    description = models.CharField(max_length=256, null=True, blank=True)

    objects = WithPlatformsManager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = "custom credential"
        verbose_name_plural = "custom credentials"

    def __str__(self) -> str:
        return f"{self.display_name}: {self.weight}"


class IncludedChainId(models.Model):
    """A chain that a community's dashboard offers."""

    chain_id = models.CharField(max_length=200)
    customization = models.ForeignKey(Customization, on_delete=models.CASCADE, related_name="included_chain_ids")

    class Meta:
        verbose_name = "included chain"
        verbose_name_plural = "included chains"
        unique_together = (("chain_id", "customization"),)

    def __str__(self) -> str:
        return f"chain {self.chain_id}"
