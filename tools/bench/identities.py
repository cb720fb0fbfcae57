"""Who is who in the bench's data."""

from tools.issuing import IssuerKey

# Signs the stamps of the bench. Everybody may know it: no deployment trusts it.
ISSUER = IssuerKey(bytes(range(1, 33)))
API_KEY = "benched1.secret-of-the-benched-key"
INTERNAL_TOKEN = "internal-token-of-the-bench"
USER_COMMUNITY, PARTNER_COMMUNITY = 1, 2
LIST_NAME = "BenchList"
RULESET = "DeveloperList#bench#00000001"
