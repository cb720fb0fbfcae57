"""By which first column of an index each statement reaches the rows of each table. Change one knowingly."""

JWS_OF_A_STAMP = """ceramic_cache_ceramiccache."right"(stamp #>> '{proof,jws}'::text[], 86)"""

COMMUNITY_OF_KEY = {"account_accountapikey.prefix", "account_community.account_id"}
COMMUNITY_OR_SIBLING = {"account_community.account_id", "account_community.id"}
COMMUNITY_BY_ID = {"account_community.id"}
PASSPORT = {"registry_passport.address"}
WEIGHTS = {
    "scorer_weighted_scorer.id",
    "scorer_weighted_weightedscorer.scorer_ptr_id",
    "scorer_weighted_binaryweightedscorer.scorer_ptr_id",
}
POINTS = {
    "account_addresslist.id",
    "account_addresslistmember.address",
    "registry_humanpoints.address",
    "registry_humanpointscommunityqualifiedusers.address",
    "registry_humanpointsmultiplier.address",
}
SNAPSHOT = {
    *WEIGHTS,
    *POINTS,
    "ceramic_cache_ceramiccache.address",
    "ceramic_cache_ceramiccache.id",
    JWS_OF_A_STAMP,
    "ceramic_cache_revocation.ceramic_cache_id",
    "ceramic_cache_revocation.proof_value",
    "registry_hashscorerlink.hash",
    "account_customization.scorer_id",
    "account_allowlist.customization_id",
    "account_customcredential.customization_id",
    "account_customcredentialruleset.id",
}

# What a statement only inserts needs no index to be found.
DESIGNS: dict[str, set[str]] = {
    "account.find_key": {"account_accountapikey.prefix"},
    "account.find_ruleset": {"account_customcredentialruleset.provider_id"},
    "account.is_listed": {"account_addresslist.name", "account_addresslistmember.address"},
    "account.migrate_key": {"account_accountapikey.id"},
    "account.record_request": set(),
    "ceramic_cache.bans_in_force": {"ceramic_cache_ban.hash", "ceramic_cache_ban.lower(address::text)"},
    "ceramic_cache.lock_stamps": set(),
    "ceramic_cache.retire_stamps": {"ceramic_cache_ceramiccache.type", *COMMUNITY_BY_ID},
    "ceramic_cache.revoked_among": {
        "ceramic_cache_revocation.proof_value",
        "ceramic_cache_revocation.ceramic_cache_id",
        JWS_OF_A_STAMP,
    },
    "ceramic_cache.store_stamps": COMMUNITY_BY_ID,
    "cgrants.contributions_of": {
        "cgrants_contribution.id",
        "cgrants_grantcontributionindex.contributor_address",
        "cgrants_protocolcontributions.contributor",
        "cgrants_squelchedaccounts.address",
        "cgrants_roundmapping.round_number",
    },
    "registry.award_points": set(),
    "registry.claim_links": set(),
    "registry.count_metamask_awards": {"registry_humanpoints.action"},
    "registry.enter.by_id": {*COMMUNITY_BY_ID, *PASSPORT},
    "registry.enter.of_a_key": {*COMMUNITY_OF_KEY, *PASSPORT},
    "registry.enter.or_sibling": {*COMMUNITY_OR_SIBLING, *PASSPORT},
    "registry.legacy_stakes_of": {"registry_gtcstakeevent.staker", "registry_gtcstakeevent.address"},
    "registry.lock_metamask_award": set(),
    "registry.save_error": set(),
    "registry.save_score": {
        "ceramic_cache_ceramiccache.id",
        "registry_stamp.passport_id",
        "registry_stamp.id",
    },
    "registry.snapshot.by_id": {*COMMUNITY_BY_ID, *SNAPSHOT},
    "registry.snapshot.of_a_key": {*COMMUNITY_OF_KEY, *SNAPSHOT},
    "registry.snapshot.or_sibling": {*COMMUNITY_OR_SIBLING, *SNAPSHOT},
    "registry.stored_score": {*COMMUNITY_BY_ID, *PASSPORT, *POINTS, "registry_score.passport_id"},
    "scorer_weighted.weights_of": {*COMMUNITY_BY_ID, *WEIGHTS},
    "stake.stakes_of": {"stake_stake.staker", "stake_stake.stakee"},
}
