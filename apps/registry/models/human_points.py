"""Human points: what addresses are awarded for passing scores and stamps (contract, 3.11)."""

from django.db import models
from django.utils import timezone


class PointsAction(models.TextChoices):
    """What points are awarded for. `PMT` and `HIM` are written elsewhere, `MTA` is never awarded any more."""

    SCORING_BONUS = "SCB", "Scoring bonus: passing in four communities"
    HUMAN_KEYS = "HKY", "Human keys"
    IDENTITY_STAKING_BRONZE = "ISB", "Identity staking, bronze"
    IDENTITY_STAKING_SILVER = "ISS", "Identity staking, silver"
    IDENTITY_STAKING_GOLD = "ISG", "Identity staking, gold"
    COMMUNITY_STAKING_BEGINNER = "CSB", "Community staking, beginner"
    COMMUNITY_STAKING_EXPERIENCED = "CSE", "Community staking, experienced"
    COMMUNITY_STAKING_TRUSTED = "CST", "Community staking, trusted citizen"
    PASSPORT_MINT = "PMT", "Passport mint"
    HUMAN_ID_MINT = "HIM", "Human ID mint"
    HUMAN_TECH_GOV_ID = "HGO", "Government ID"
    HUMAN_TECH_PHONE = "HPH", "Phone"
    HUMAN_TECH_CLEAN_HANDS = "HCH", "Clean hands"
    HUMAN_TECH_BIOMETRICS = "HBI", "Biometrics"
    METAMASK = "MTA", "MetaMask (no longer awarded)"
    METAMASK_2 = "MM2", "MetaMask list"
    SEASONED_PASSPORT = "SOG", "Seasoned passport list"
    CHOSEN_ONES = "TCO", "The chosen ones list"


class HumanPoints(models.Model):
    """One award. How many points it is worth is in the configuration of its action.

    The fields that do not matter for an action are empty, so that the unique key holds for all of them.
    """

    address = models.CharField(max_length=42, db_index=True, help_text="Lowercase.")
    action = models.CharField(max_length=3, choices=PointsAction.choices, db_index=True)
    chain_id = models.IntegerField(default=0, db_index=True)
    provider = models.CharField(max_length=100, default="", blank=True, db_index=True)
    tx_hash = models.CharField(max_length=100, default="", blank=True)
    timestamp = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "human points"
        verbose_name_plural = "human points"
        indexes = (
            models.Index(fields=["address", "action"], name="registry_hu_address_5fea1a_idx"),
            models.Index(fields=["chain_id", "action"], name="registry_hu_chain_i_646b64_idx"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["address", "action", "chain_id", "provider", "tx_hash"], name="unique_human_points_constraint"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} of {self.address}"


class HumanPointsCommunityQualifiedUsers(models.Model):
    """An address that has passed in a community of the programme."""

    address = models.CharField(max_length=42, db_index=True, help_text="Lowercase.")
    community = models.ForeignKey("account.Community", on_delete=models.CASCADE, related_name="qualified_users")

    class Meta:
        verbose_name = "qualified user"
        verbose_name_plural = "qualified users"
        unique_together = (("address", "community"),)
        # The existing database has the index on the address twice.
        indexes = (models.Index(fields=["address"], name="registry_hu_address_0abb23_idx"),)

    def __str__(self) -> str:
        return f"{self.address} in community {self.community_id}"


class HumanPointsConfig(models.Model):
    """How many points an action is worth. Actions without an active row are worth none."""

    action = models.CharField(max_length=3, choices=PointsAction.choices, unique=True)
    points = models.IntegerField()
    active = models.BooleanField(default=True, db_index=True)

    class Meta:
        verbose_name = "human points configuration"
        verbose_name_plural = "human points configurations"
        indexes = (models.Index(fields=["action", "active"], name="registry_hu_action_230641_idx"),)

    def __str__(self) -> str:
        return f"{self.action}: {self.points}"


class HumanPointsMultiplier(models.Model):
    """A multiplier that an address's points are shown with; 1 without a row."""

    address = models.CharField(max_length=42, primary_key=True, help_text="Lowercase.")
    multiplier = models.IntegerField()

    class Meta:
        verbose_name = "human points multiplier"
        verbose_name_plural = "human points multipliers"

    def __str__(self) -> str:
        return f"{self.address}: {self.multiplier}"
