"""gunicorn for every deployment: `gunicorn -c deploy/gunicorn.conf.py -b ADDRESS:PORT scorer_v2.wsgi:application`.

gunicorn needs a buffering proxy between itself and its clients: deploy/nginx. Numbers can be set from the environment;
see deploy/README.md for the reasons.
"""

import atexit
import gc
import math
import os
import shutil
import tempfile
from pathlib import Path

chdir = str(Path(__file__).resolve().parent.parent)


def number(name, default):
    """The whole number of an environment variable. gunicorn prints the sentence and stops."""
    text = os.environ.get(name, "").strip() or str(default)
    if not text.isdigit():
        raise SystemExit(f"scorer_v2 does not start: The setting {name} must be a whole number, not {text!r}.")
    return int(text)


def processors():
    """The processors that this process may use: in a container often fewer than the machine has."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return min(allowed, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # no control group, or "max": no quota
        return allowed


workers = max(number("WEB_CONCURRENCY", processors()), 1)
threads = max(number("GUNICORN_THREADS", 4), 1)
worker_class = "gthread"
# Each worker opens its own database connections: none may be shared across a fork.
preload_app = False

timeout = number("GUNICORN_TIMEOUT", 60)
graceful_timeout = number("GUNICORN_GRACEFUL_TIMEOUT", 30)
# Longer than a proxy keeps its idle connections (nginx 60 s, a load balancer 60 s), so that gunicorn never closes one
# that is just being used.
keepalive = number("GUNICORN_KEEPALIVE", 75)
max_requests = number("GUNICORN_MAX_REQUESTS", 50_000)
max_requests_jitter = max_requests // 10
memory_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeats must not wait for a disk
worker_tmp_dir = memory_dir

# Where the workers' metrics meet (scorer_v2.observability.metrics): a folder of this server's own unless one is given.
METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
OWN_METRICS_DIR = "scorer-metrics-"

# A longer request line is 414, a longer header 431.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
# The service is at the root: no header says otherwise, not even a proxy's. gunicorn takes SCRIPT_NAME from one by
# default, and a path that does not begin with it is a 500. Whether a request came by TLS is Django's to read
# (TRUST_X_FORWARDED_PROTO): gunicorn trusts no peer.
forwarder_headers = ""
forwarded_allow_ips = ""

# JSON lines on standard error. The application writes the line of each request (scorer_v2.observability.request_log).
logger_class = "scorer_v2.observability.server_logs.JsonLogger"
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "info")
accesslog = None
errorlog = "-"
# The control interface would be one more way in.
control_socket_disable = True


def make_metrics_dir():
    """A folder of this server's own, unless one is given; the process that made it removes it, however it ends."""
    given = os.environ.get(METRICS_DIR)
    if given and not Path(given).name.startswith(OWN_METRICS_DIR):
        return
    # Also in place of one that was inherited from a server that this one takes over from.
    made, maker = tempfile.mkdtemp(prefix=OWN_METRICS_DIR, dir=memory_dir), os.getpid()
    os.environ[METRICS_DIR] = made
    atexit.register(lambda: os.getpid() == maker and shutil.rmtree(made, ignore_errors=True))


def on_starting(server):  # noqa: ARG001 - gunicorn's signature
    """Stop with one sentence, before any worker is made, when a setting is missing or wrong."""
    make_metrics_dir()
    from scorer_v2 import startup  # noqa: PLC0415 - only now has gunicorn entered `chdir`
    from scorer_v2.observability import metrics_files  # noqa: PLC0415 - only now has gunicorn entered `chdir`

    metrics_files.clean(Path(os.environ[METRICS_DIR]))
    startup.verify()


def pre_request(worker, req):
    """Nothing: gunicorn's own logs the path as it was sent, with the keys that may be in it."""


def post_worker_init(worker):  # noqa: ARG001 - gunicorn's signature
    """What is loaded stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def child_exit(server, worker):  # noqa: ARG001 - gunicorn's signature
    """What a worker counted stays when it is gone."""
    from scorer_v2.observability import metrics_files  # noqa: PLC0415 - as above

    metrics_files.fold(Path(os.environ[METRICS_DIR]), worker.pid)
