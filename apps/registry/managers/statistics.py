"""The planner's statistics, kept in step with tables that grow.

Our connections keep one plan for each statement. A plan that was made for an empty table, or for a restored one that
was never analysed, reads whole tables or takes the wrong index, until autovacuum analyses them a minute or more later.
"""

from threading import Lock
from time import monotonic

from scorer_v2.conf import settings
from scorer_v2.database.pipeline import Statement
from scorer_v2.database.required_schema import REQUIRED
from scorer_v2.database.round_trips import Step

# Analyses tables without statistics, or with more than twice the pages since they got them; every session then plans
# anew. After a restore the indexes have told the number of rows already, and statistics are missing all the same. Leave
# alone a table that another session analyses or that belongs to another role. Stop after a large table, so that the
# statement timeout bounds one of them and not their sum; the next one follows at the next look.
KEEP_STATISTICS = Statement(
    "registry.keep_statistics",
    """
    DO $$
    DECLARE
        outgrown record;
    BEGIN
        FOR outgrown IN
            SELECT held.oid::regclass AS name, held.pages
            FROM (
                SELECT oid, relnamespace::regnamespace::text AS schema, relname, relowner, reltuples, relpages,
                       pg_relation_size(oid) / current_setting('block_size')::int AS pages
                FROM pg_class
                WHERE relkind = 'r' AND relname = ANY('{<tables>}') AND pg_table_is_visible(oid)
            ) held
            WHERE pages > 0 AND pg_has_role(relowner, 'USAGE') AND (
                pages > 2 * relpages OR reltuples <> 0 AND NOT EXISTS (
                    SELECT FROM pg_stats WHERE schemaname = held.schema AND tablename = held.relname))
            ORDER BY held.pages
        LOOP
            EXECUTE format('ANALYZE (SKIP_LOCKED) %s', outgrown.name);
            EXIT WHEN outgrown.pages > 1000;
        END LOOP;
    END $$
    """.replace("<tables>", ",".join(sorted(REQUIRED))),
)


class _Turns:
    """When this process looked last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next = 0.0

    def is_due(self, *, seconds: int) -> bool:
        """True once in so many seconds, whichever thread asks."""
        now = monotonic()
        with self._lock:
            if now < self._next:
                return False
            self._next = now + seconds
        return True


_turns = _Turns()


def statistics_steps() -> tuple[Step, ...]:
    """Return the step that keeps the statistics, where it is due: to be sent after a commit, in its round trip."""
    seconds = settings.STATISTICS_CHECK_SECONDS
    return (Step(KEEP_STATISTICS),) if seconds and _turns.is_due(seconds=seconds) else ()
