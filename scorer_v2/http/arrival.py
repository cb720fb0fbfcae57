"""When a request arrived, as the proxy in front says it."""

import re
from time import time

from django.http import HttpRequest

from scorer_v2.http.trusted_peers import is_from_trusted_peer

# `t=1764035402.123`, as nginx writes it. Other forms (microseconds, no `t=`) count as none.
_ARRIVAL = re.compile(r"t=(\d{1,12}\.\d{3})", re.ASCII)
# A time longer ago, in multiples of the deadline, is no time in a queue: the clocks of the two machines differ.
QUEUED_AT_MOST = 4


def seconds_waited(request: HttpRequest, *, limit: float) -> float:
    """Return how long ago the request arrived; 0 where nobody trusted says so, or what they say cannot be.

    `limit`: the deadline, in seconds. No proxy waits for several times as long.
    """
    said = _ARRIVAL.fullmatch(request.META.get("HTTP_X_REQUEST_START", ""))
    if said is None or not is_from_trusted_peer(request):
        return 0.0
    seconds = time() - float(said[1])
    return seconds if 0 <= seconds <= QUEUED_AT_MOST * limit else 0.0
