"""How a change of weights is shown before it is made: what changes, for which scorers, for how many scores."""

from collections.abc import Iterator, Sequence
from typing import Any

from apps.registry.weight_effects.records import SampledEffect
from apps.scorer_weighted.configurations.changes import WeighingChange
from apps.scorer_weighted.configurations.services import ScorersChange
from scorer_v2.admin_site.form_pages import Table

SHOWN_CHANGES = 200
SHOWN_COMMUNITIES = 20
NONE = "-"


def changes_table(change: WeighingChange, *, title: str = "What changes", identity: str = "weight-changes") -> Table:
    """Provider, weight before and after; the threshold first."""
    rows: list[Sequence[Any]] = []
    if change.threshold is not None:
        rows.append(("Threshold", *change.threshold, "changed"))
    rows += [(one.provider, one.before or NONE, one.after or NONE, one.kind) for one in change.weights[:SHOWN_CHANGES]]
    more = len(change.weights) - SHOWN_CHANGES
    note = f"{change.unchanged} weights stay as they are." + (f" {more} more change." if more > 0 else "")
    return Table(title, ("Provider", "Before", "After", "Change"), rows, note, identity)


def told_change(change: WeighingChange) -> str:
    """For the log: every change, as far as an entry has room."""
    parts = [f"Threshold: {change.threshold[0]} → {change.threshold[1]}."] if change.threshold else []
    parts += [f"{one.provider}: {one.before or 'none'} → {one.after or 'none'}." for one in change.weights]
    return " ".join(["Changed the weights.", *parts])[:2_000]


def scorers_table(changes: Sequence[ScorersChange]) -> Table:
    """One row for all scorers that weigh alike, and what they would get."""
    rows = [
        (
            _scorers(one),
            one.scorers.type.replace("_", " ").lower(),
            one.scorers.threshold,
            len(one.scorers.weights or {}),
            describe(one),
        )
        for one in changes
    ]
    headers = ("Scorers", "Type", "Threshold", "Weights", "Copying the weights would")
    return Table("What scorers have", headers, rows, identity="scorer-changes")


def describe(one: ScorersChange) -> str:
    """What copying does to scorers that weigh alike."""
    if one.scorers.excluded:
        return "change nothing: they keep their own"
    if not one.change:
        return (
            "change only how the same numbers are stored" if one.change.respelled else "change nothing: they have these"
        )
    parts = [f"change {len(one.change.weights)} weights"] if one.change.weights else []
    if one.change.threshold is not None:
        parts.append(f"set the threshold to {one.change.threshold[1]}")
    return " and ".join(parts)


def effect_counts(effect: SampledEffect) -> list[tuple[str, Any]]:
    """Numbers of the sample."""
    total = effect.total
    counts: list[tuple[str, Any]] = [
        ("All scores" if effect.is_whole else "Scores in the sample", f"{total.scores:,}"),
        ("Stored as passing", f"{total.stored:,}"),
        ("Pass with the present weights", f"{total.before:,}"),
        ("Would pass", f"{total.after:,}"),
        ("Newly passing", f"{total.newly:,}"),
        ("No longer passing", f"{total.no_longer:,}"),
    ]
    return [*counts, ("Cannot be computed", f"{total.errors:,}")] if total.errors else counts


def effect_table(effect: SampledEffect) -> Table:
    """The communities where passing scores change."""
    rows = [
        (str(one.community.id), one.community.name, one.effect.scores, one.effect.before, one.effect.after)
        for one in effect.communities[:SHOWN_COMMUNITIES]
    ]
    more = len(effect.communities) - SHOWN_COMMUNITIES
    note = f"{more} more communities change." if more > 0 else ""
    headers = ("Community", "Name", "Scores", "Pass", "Would pass")
    return Table("Where passing scores change", headers, rows, note, "community-effects")


def effect_warnings(effect: SampledEffect) -> Iterator[str]:
    if effect.total.errors:
        yield "Some weights are no numbers: scoring would end in an error for the addresses that hold those stamps."
    if not effect.total.scores:
        yield "There are no stored scores to try it on."


def _scorers(one: ScorersChange) -> str:
    ids = ", ".join(map(str, one.scorers.scorer_ids))
    more = one.scorers.count - len(one.scorers.scorer_ids)
    return f"{ids} and {more:,} more" if more else ids
