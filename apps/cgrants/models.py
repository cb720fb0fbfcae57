"""Contributions to grants, imported from the grants platforms. The endpoint reads contributors' statistics only."""
# ruff: noqa: DJ001 - columns of the existing database are nullable texts

from django.db import models


class Profile(models.Model):
    """A user of the first grants platform."""

    handle = models.CharField(max_length=255, unique=True)
    github_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    notes = models.TextField(null=True, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "profile"
        verbose_name_plural = "profiles"

    def __str__(self) -> str:
        return self.handle


class Grant(models.Model):
    """A project that took contributions."""

    admin_profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="administered_grants")
    hidden = models.BooleanField(default=False, db_index=True)
    active = models.BooleanField(default=True, db_index=True)
    is_clr_eligible = models.BooleanField(default=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "grant"
        verbose_name_plural = "grants"

    def __str__(self) -> str:
        return f"grant {self.pk}"


class Subscription(models.Model):
    """A contributor's agreement to contribute to a grant."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="subscriptions")
    contributor_profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    is_mainnet = models.BooleanField(default=False)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "subscription"
        verbose_name_plural = "subscriptions"

    def __str__(self) -> str:
        return f"subscription {self.pk} of grant {self.grant_id}"


class Contribution(models.Model):
    """One payment of a subscription. Only successful ones count."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="contributions")
    success = models.BooleanField(default=True)
    amount_per_period_usdt = models.DecimalField(max_digits=64, decimal_places=18, default=0)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "contribution"
        verbose_name_plural = "contributions"

    def __str__(self) -> str:
        return f"contribution {self.pk}, {'successful' if self.success else 'failed'}"


class GrantContributionIndex(models.Model):
    """A contribution by address, grant and amount: the form that statistics are read from (contract, 4.15)."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="indexed_contributions")
    contribution = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, null=True, blank=True, related_name="indexed_contributions"
    )
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="indexed_contributions")
    round_num = models.IntegerField(null=True, blank=True)
    contributor_address = models.CharField(max_length=100, null=True, blank=True, db_index=True, help_text="Lowercase.")
    amount = models.DecimalField(max_digits=64, decimal_places=18, default=0, db_index=True)

    class Meta:
        verbose_name = "indexed contribution"
        verbose_name_plural = "indexed contributions"

    def __str__(self) -> str:
        return f"{self.amount} from {self.contributor_address} to grant {self.grant_id}"


class GrantCLR(models.Model):
    """A round of matching funds."""

    type = models.CharField(max_length=25)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "matching round"
        verbose_name_plural = "matching rounds"

    def __str__(self) -> str:
        return f"{self.type} round {self.pk}"


class GrantCLRCalculation(models.Model):
    """What a grant gets from a round of matching funds."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="matching_calculations")
    grantclr = models.ForeignKey(GrantCLR, on_delete=models.CASCADE, related_name="calculations")
    active = models.BooleanField(default=False, db_index=True)
    latest = models.BooleanField(default=False, db_index=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "matching calculation"
        verbose_name_plural = "matching calculations"

    def __str__(self) -> str:
        return f"grant {self.grant_id} in round {self.grantclr_id}"


class SquelchProfile(models.Model):
    """A profile whose contributions are not matched."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="squelches")
    active = models.BooleanField(default=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "squelched profile"
        verbose_name_plural = "squelched profiles"

    def __str__(self) -> str:
        return f"squelched profile {self.profile_id}"


class ProtocolContributions(models.Model):
    """A contribution through the grants protocol: an address, a project and a round, all lowercase addresses."""

    ext_id = models.CharField(max_length=66, unique=True)
    contributor = models.CharField(max_length=100, db_index=True)
    round = models.CharField(max_length=100, db_index=True)
    project = models.CharField(max_length=100, db_index=True)
    amount = models.DecimalField(max_digits=64, decimal_places=18, db_index=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "protocol contribution"
        verbose_name_plural = "protocol contributions"

    def __str__(self) -> str:
        return f"{self.amount} from {self.contributor} to {self.project}"


class RoundMapping(models.Model):
    """Which contract address a round number stands for."""

    round_number = models.CharField(max_length=100, help_text="Such as GG18.")
    round_eth_address = models.CharField(max_length=100, db_index=True)

    class Meta:
        verbose_name = "round mapping"
        verbose_name_plural = "round mappings"
        unique_together = (("round_number", "round_eth_address"),)

    def __str__(self) -> str:
        return f"{self.round_number}: {self.round_eth_address}"


class SquelchedAccounts(models.Model):
    """An address whose contributions in a round do not count."""

    address = models.CharField(max_length=100, null=True, blank=True, db_index=True, help_text="Lowercase.")
    score_when_squelched = models.DecimalField(max_digits=64, decimal_places=18)
    sybil_signal = models.BooleanField(default=False)
    round_number = models.CharField(max_length=100)

    class Meta:
        verbose_name = "squelched account"
        verbose_name_plural = "squelched accounts"

    def __str__(self) -> str:
        return f"{self.address} in {self.round_number}"
