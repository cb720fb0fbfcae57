"""Accounts, their API keys, and the communities (scorers) that they own."""

from apps.account.models.accounts import Account, AccountAPIKey, AccountAPIKeyAnalytics, Nonce, RateLimit
from apps.account.models.address_lists import AddressList, AddressListMember
from apps.account.models.communities import Community
from apps.account.models.custom_credentials import CredentialType, CustomCredentialRuleset, CustomPlatform
from apps.account.models.customizations import AllowList, CustomCredential, Customization, IncludedChainId

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
    "IncludedChainId",
    "Nonce",
    "RateLimit",
]
