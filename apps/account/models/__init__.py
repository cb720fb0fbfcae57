"""Accounts, their API keys, and the communities (scorers) that they own."""

from apps.account.models.accounts import Account, AccountAPIKey, AccountAPIKeyAnalytics, Nonce, RateLimit
from apps.account.models.address_lists import AddressList, AddressListMember
from apps.account.models.campaigns import FeaturedCampaign
from apps.account.models.communities import Community
from apps.account.models.custom_credentials import CredentialType, CustomCredentialRuleset, CustomPlatform
from apps.account.models.customizations import AllowList, CustomCredential, Customization, IncludedChainId
from apps.account.models.embed_sections import EmbedSectionHeader, EmbedSectionOrder, EmbedStampPlatform
from apps.account.models.wallet_groups import WalletGroupCommunityClaim

__all__ = [
    "Account",
    "AccountAPIKey",
    "AccountAPIKeyAnalytics",
    "AddressList",
    "AddressListMember",
    "AllowList",
    "Community",
    "CredentialType",
    "CustomCredential",
    "CustomCredentialRuleset",
    "CustomPlatform",
    "Customization",
    "EmbedSectionHeader",
    "EmbedSectionOrder",
    "EmbedStampPlatform",
    "FeaturedCampaign",
    "IncludedChainId",
    "Nonce",
    "RateLimit",
    "WalletGroupCommunityClaim",
]
