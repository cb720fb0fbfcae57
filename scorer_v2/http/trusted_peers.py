"""Which peers may say who a caller is, and when its request arrived: the proxies of FORWARDED_ALLOW_IPS."""

from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.http import HttpRequest

from scorer_v2.conf import settings


def is_from_trusted_peer(request: HttpRequest) -> bool:
    """Whether a trusted proxy sent the request. A peer without an address is on this machine: a socket file."""
    return _is_trusted(str(request.META.get("REMOTE_ADDR", "")), settings.FORWARDED_ALLOW_IPS)


@lru_cache(maxsize=1_000)
def _is_trusted(peer: str, allowed: str) -> bool:
    trusted = {each.strip() for each in allowed.split(",") if each.strip()}
    if not peer or "*" in trusted:
        return True
    try:
        return any(ip_address(peer) in ip_network(each, strict=False) for each in trusted)
    except ValueError:
        return False
