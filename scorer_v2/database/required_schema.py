"""What the code needs of the database, as data: compared with a live one by `scorer_v2.database.schema_check`.

Columns are `name type` as PostgreSQL prints the type, `!` means not null; texts may be wider in the database.
A unique key or an index is its columns as PostgreSQL prints them, perhaps with a condition.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequiredTable:
    """A table that statements of ours name.

    `unique`: keys that a statement looks one row up by, or names in ON CONFLICT. `indexes`: an index must begin with
    these columns, or else a statement of the request path reads the whole table. `inserted`: we add rows, so a
    column that we do not know of must have a default.
    """

    columns: str
    unique: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    inserted: bool = False


_ACCOUNT = {
    "account_account": RequiredTable("id bigint!, address character varying(100)!", unique=("id",)),
    "account_accountapikey": RequiredTable(
        "id character varying(150)!, prefix character varying(8)!, hashed_key character varying(150)!, "
        "hashed_key_sha256 character varying(71), created timestamp with time zone!, "
        "name character varying(50)!, revoked boolean!, expiry_date timestamp with time zone, account_id bigint!, "
        "rate_limit character varying(20), analysis_rate_limit character varying(20), "
        "embed_rate_limit character varying(20), read_scores boolean!, submit_passports boolean!, "
        "create_scorers boolean!, historical_endpoint boolean!",
        unique=("id", "prefix"),
    ),
    "account_accountapikeyanalytics": RequiredTable(
        "id bigint!, api_key_id character varying(150)!, created_at timestamp with time zone, "
        "path character varying(1000)!, base_path character varying(200), path_segments jsonb, query_params jsonb, "
        "payload jsonb, headers jsonb, response jsonb, response_skipped boolean, error text, status_code integer",
        inserted=True,
    ),
    "account_community": RequiredTable(
        "id bigint!, account_id bigint!, scorer_id bigint!, rule character varying(100)!, "
        "external_scorer_id character varying(42), human_points_program boolean!",
        unique=("id", "external_scorer_id"),
    ),
    "account_customization": RequiredTable("id bigint!, scorer_id bigint!", unique=("scorer_id",)),
    "account_allowlist": RequiredTable(
        "customization_id bigint!, address_list_id bigint!, weight numeric(7,4)!", indexes=("customization_id",)
    ),
    "account_addresslist": RequiredTable("id bigint!, name character varying(100)!", unique=("id", "name")),
    "account_addresslistmember": RequiredTable(
        "list_id bigint!, address character varying(100)!", unique=("address, list_id",), indexes=("address",)
    ),
    "account_customcredential": RequiredTable(
        "customization_id bigint!, ruleset_id bigint!, platform_id bigint!, weight numeric(7,4)!",
        indexes=("customization_id",),
    ),
    "account_customcredentialruleset": RequiredTable(
        "id bigint!, provider_id character varying(256)!, definition jsonb!", unique=("id", "provider_id")
    ),
}

_CERAMIC_CACHE = {
    "ceramic_cache_ceramiccache": RequiredTable(
        "id bigint!, type integer!, address character varying(100), provider character varying(256)!, stamp jsonb!, "
        "proof_value character varying(256)!, created_at timestamp with time zone, "
        "updated_at timestamp with time zone!, deleted_at timestamp with time zone, "
        "issuance_date timestamp with time zone, expiration_date timestamp with time zone, "
        "compose_db_save_status character varying(10)!, compose_db_stream_id character varying(100)!, "
        "source_app integer, source_scorer_id bigint",
        unique=("id", "type, address, provider WHERE deleted_at IS NULL"),
        indexes=(
            "address",
            "\"right\"(stamp #>> '{proof,jws}'::text[], 86) WHERE (stamp #> '{proof,jws}'::text[]) IS NOT NULL",
        ),
        inserted=True,
    ),
    "ceramic_cache_revocation": RequiredTable(
        "id bigint!, proof_value character varying(256)!, ceramic_cache_id bigint!, revocation_list_id bigint",
        unique=("ceramic_cache_id",),
        indexes=("proof_value",),
        inserted=True,
    ),
    "ceramic_cache_ban": RequiredTable(
        "id bigint!, type character varying(20)!, address character varying(42)!, hash character varying(100)!, "
        "provider character varying(256)!, end_time timestamp with time zone, reason text",
        indexes=("hash", "lower(address::text)"),
    ),
}

_REGISTRY = {
    "registry_passport": RequiredTable(
        "id bigint!, address character varying(100), community_id bigint, requires_calculation boolean",
        unique=("id", "address, community_id"),
        inserted=True,
    ),
    "registry_stamp": RequiredTable(
        "id bigint!, passport_id bigint, provider character varying(256)!, credential jsonb!",
        unique=("id",),
        indexes=("passport_id",),
        inserted=True,
    ),
    "registry_score": RequiredTable(
        "id bigint!, passport_id bigint!, score numeric(18,9), status character varying(20), error text, "
        "last_score_timestamp timestamp with time zone, expiration_date timestamp with time zone, evidence jsonb, "
        "stamp_scores jsonb, stamps jsonb",
        unique=("passport_id",),
        inserted=True,
    ),
    "registry_event": RequiredTable(
        "id bigint!, action character varying(3)!, address character varying(42)!, community_id bigint, "
        "created_at timestamp with time zone!, data jsonb!",
        inserted=True,
    ),
    "registry_hashscorerlink": RequiredTable(
        "id bigint!, hash character varying(100)!, address character varying(42)!, community_id bigint!, "
        "expires_at timestamp with time zone!",
        unique=("hash, community_id",),
        inserted=True,
    ),
    "registry_humanpoints": RequiredTable(
        "id bigint!, address character varying(42)!, action character varying(3)!, chain_id integer!, "
        "provider character varying(100)!, tx_hash character varying(100)!, timestamp timestamp with time zone!",
        unique=("address, action, chain_id, provider, tx_hash",),
        indexes=("address", "action"),
        inserted=True,
    ),
    "registry_humanpointsconfig": RequiredTable(
        "action character varying(3)!, points integer!, active boolean!", unique=("action",)
    ),
    "registry_humanpointsmultiplier": RequiredTable(
        "address character varying(42)!, multiplier integer!", unique=("address",)
    ),
    "registry_humanpointscommunityqualifiedusers": RequiredTable(
        "id bigint!, address character varying(42)!, community_id bigint!",
        unique=("address, community_id",),
        indexes=("address",),
        inserted=True,
    ),
    "registry_gtcstakeevent": RequiredTable(
        "id bigint!, event_type character varying(15)!, round_id integer!, staker character varying(42)!, "
        "address character varying(42), amount numeric(78,18)!, staked boolean!, block_number integer!, "
        "tx_hash character varying(66)!",
        indexes=("round_id, staker", "round_id, address"),
    ),
}

_SCORER_WEIGHTED = {
    "scorer_weighted_scorer": RequiredTable(
        "id bigint!, type character varying(100)!, exclude_from_weight_updates boolean!", unique=("id",)
    ),
    "scorer_weighted_weightedscorer": RequiredTable(
        "scorer_ptr_id bigint!, weights jsonb, threshold numeric(10,5)!", unique=("scorer_ptr_id",)
    ),
    "scorer_weighted_binaryweightedscorer": RequiredTable(
        "scorer_ptr_id bigint!, weights jsonb, threshold numeric(10,5)!", unique=("scorer_ptr_id",)
    ),
}

_STAKE = {
    "stake_stake": RequiredTable(
        "id bigint!, chain integer!, staker character varying(42)!, stakee character varying(42)!, "
        "current_amount numeric(78,18)!, lock_time timestamp with time zone!, unlock_time timestamp with time zone!, "
        "last_updated_in_block numeric(78,0)!",
        indexes=("staker", "stakee"),
    ),
}

_CGRANTS = {
    "cgrants_grantcontributionindex": RequiredTable(
        "contributor_address character varying(100), grant_id bigint!, contribution_id bigint, amount numeric(64,18)!",
        indexes=("contributor_address",),
    ),
    "cgrants_contribution": RequiredTable("id bigint!, success boolean!", unique=("id",)),
    "cgrants_protocolcontributions": RequiredTable(
        "contributor character varying(100)!, project character varying(100)!, round character varying(100)!, "
        "amount numeric(64,18)!",
        indexes=("contributor",),
    ),
    "cgrants_roundmapping": RequiredTable(
        "round_number character varying(100)!, round_eth_address character varying(100)!", indexes=("round_number",)
    ),
    "cgrants_squelchedaccounts": RequiredTable(
        "address character varying(100), round_number character varying(100)!", indexes=("address",)
    ),
}

REQUIRED: Mapping[str, RequiredTable] = {
    **_ACCOUNT,
    **_CERAMIC_CACHE,
    **_REGISTRY,
    **_SCORER_WEIGHTED,
    **_STAKE,
    **_CGRANTS,
}

# What only newer generations of the existing database have: the endpoint or the admin page that uses it does without
# where it is missing.
OPTIONAL: Mapping[str, RequiredTable] = {
    "account_customplatform": RequiredTable("is_evm boolean!"),
    "account_embedsectionheader": RequiredTable("id bigint!, name character varying(255)!", unique=("id",)),
    "account_embedsectionorder": RequiredTable(
        "id bigint!, customization_id bigint!, section_id bigint!, order integer!", indexes=("customization_id",)
    ),
    "account_embedstampplatform": RequiredTable(
        "id bigint!, customization_id bigint!, section_id bigint!, platform_id bigint!, order integer!",
        indexes=("customization_id",),
    ),
    "account_featuredcampaign": RequiredTable(
        "id bigint!, partner_name character varying(100)!, partner_logo text!, image_tag character varying(100)!, "
        "header_text character varying(255)!, body_text text!, destination_url character varying(200)!, "
        "is_active boolean!, display_order integer!"
    ),
    "account_walletgroupcommunityclaim": RequiredTable(
        "id bigint!, group_key text!, community_id bigint!, canonical_address character varying(42)!, "
        "claimed_at timestamp with time zone!",
        unique=("group_key, community_id",),
    ),
    "registry_platformmetadata": RequiredTable(
        "id bigint!, platform_id character varying(100)!, name character varying(255)!", unique=("id", "platform_id")
    ),
    "registry_stampmetadata": RequiredTable("platform_id bigint"),
}
