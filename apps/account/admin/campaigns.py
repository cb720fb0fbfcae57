"""Featured campaigns, and which wallet of a person has the score."""

from django.contrib import admin

from apps.account.models import FeaturedCampaign, WalletGroupCommunityClaim
from scorer_v2.admin_site.model_admin import ReadOnlyAdmin
from scorer_v2.admin_site.optional_tables import OptionalTableAdmin


@admin.register(FeaturedCampaign)
class FeaturedCampaignAdmin(OptionalTableAdmin):
    """Order and activity are changed on the row's own page: every change says why."""

    list_display = ("partner_name", "header_text", "is_active", "display_order")


@admin.register(WalletGroupCommunityClaim)
class WalletGroupCommunityClaimAdmin(OptionalTableAdmin, ReadOnlyAdmin):
    list_display = ("canonical_address", "community", "claimed_at")
    list_select_related = ("community",)
    search_fields = ("canonical_address__exact",)
