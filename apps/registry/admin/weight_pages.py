"""Weight configurations, uploaded, changed, cloned and activated: each with what it changes before it is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.models import ADDITION
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.registry.models import WeightConfiguration
from apps.registry.weight_effects.records import SampledEffect
from apps.registry.weight_effects.services import effect_of_configuration
from apps.scorer_weighted.admin.previews import (
    changes_table,
    effect_counts,
    effect_table,
    effect_warnings,
    scorers_table,
    told_change,
)
from apps.scorer_weighted.configurations.changes import WeighingChange, changes_between
from apps.scorer_weighted.configurations.csv_file import LARGEST_WEIGHT, WeightEntry, parse_weights
from apps.scorer_weighted.configurations.managers import Configuration
from apps.scorer_weighted.configurations.services import (
    activate_configuration,
    change_configuration,
    changes_for_scorers,
    clone_configuration,
    create_configuration,
    find_active_configuration,
    find_configuration,
    next_version,
)
from scorer_v2.admin_site.form_pages import ActionPage, ChangingPage, Done, FormPage, Preview, Table
from scorer_v2.admin_site.forms import ReasonedForm
from scorer_v2.admin_site.pages import page
from scorer_v2.admin_site.upload_pages import UploadForm, UploadPage, lines_table
from scorer_v2.operations.csv_files import ParsedFile, UnreadableFile, csv_lines

MAY_ADD = "registry.add_weightconfiguration"
MAY_CHANGE = "registry.change_weightconfiguration"
ON_A_SAMPLE = "The numbers are of stored scores, with the weights copied to all scorers that are not excluded."


def threshold_field() -> forms.FloatField:
    return forms.FloatField(min_value=0, max_value=LARGEST_WEIGHT, help_text="Copied to binary scorers.")


def version_field() -> forms.CharField:
    return forms.CharField(max_length=50, required=False, help_text="Blank: the next number.")


def description_field() -> forms.CharField:
    return forms.CharField(max_length=500, required=False)


class UploadWeightsForm(UploadForm):
    version = version_field()
    threshold = threshold_field()
    description = description_field()

    def clean_version(self) -> str:
        version = str(self.cleaned_data["version"]).strip()
        if WeightConfiguration.objects.filter(version=version).exists():
            raise ValidationError("There is a weight configuration of this version already.")
        return version


@page
class UploadWeights(UploadPage):
    path = "registry/weightconfiguration/upload/"
    name = "upload_weights"
    title = "Upload weights"
    permissions = (MAY_ADD,)
    form_class = UploadWeightsForm
    parse = staticmethod(parse_weights)
    explanation = (
        "A CSV file with two columns, provider and weight, makes a new configuration. It is inactive, and changes no "
        "score, until it is activated and copied to the scorers."
    )
    confirm_label = "Make the configuration"

    def initial(self) -> Mapping[str, Any]:
        return {"threshold": _active_threshold(), "version": next_version(), **super().initial()}

    def preview(self, form: UploadWeightsForm) -> Preview:
        file = self.file_of(form)
        unused = self.keep(form)
        weights, threshold = _weights(file), form.cleaned_data["threshold"]
        effect = effect_of_configuration(weights=weights, threshold=threshold)
        counts = [("Weights", len(weights)), ("Invalid lines", len(file.invalid)), ("Repeated", len(file.duplicates))]
        return Preview(
            _upload_sentence(file),
            counts=[*counts, *effect_counts(effect)],
            warnings=[ON_A_SAMPLE, *effect_warnings(effect)],
            tables=[lines_table(file.rejected), *_tables(find_active_configuration(), weights, threshold, effect)],
            links=[("Download the lines that cannot be used", unused)] if file.rejected else [],
            is_possible=bool(weights) and not file.rejected,
        )

    def perform(self, form: UploadWeightsForm) -> Done:
        file = self.file_of(form)
        if file.rejected or not file.entries:
            raise UnreadableFile("The file has lines that cannot be used.")
        made = create_configuration(
            entries=file.entries,
            threshold=form.cleaned_data["threshold"],
            version=form.cleaned_data["version"],
            description=form.cleaned_data["description"],
        )
        return _done(made, f"Uploaded {len(file.entries)} weights.", flag=ADDITION)


class ConfigurationPage(ChangingPage):
    """A page of one configuration."""

    @property
    def configuration_id(self) -> int:
        return int(self.kwargs["pk"])

    def find(self) -> WeightConfiguration:
        """404 without it."""
        return get_object_or_404(WeightConfiguration, pk=self.configuration_id)


class CloneForm(ReasonedForm):
    version = version_field()
    description = description_field()


@page
class CloneWeights(ConfigurationPage, FormPage):
    path = "registry/weightconfiguration/<int:pk>/clone/"
    name = "clone_weights"
    title = "Clone a weight configuration"
    permissions = (MAY_ADD,)
    form_class = CloneForm
    explanation = "Makes an inactive copy, to change it and activate it later."
    confirm_label = "Clone"

    def initial(self) -> Mapping[str, Any]:
        return {"version": next_version(), "description": f"Copy of version {self.find().version}"}

    def preview(self, form: CloneForm) -> Preview:  # noqa: ARG002 - the base's
        original = self.find()
        return Preview(f"An inactive copy of version {original.version}, with {original.weights.count()} weights.")

    def perform(self, form: CloneForm) -> Done:
        original = self.find()
        made = clone_configuration(
            configuration_id=original.pk,
            version=form.cleaned_data["version"].strip(),
            description=form.cleaned_data["description"],
        )
        return _done(made, f"Cloned from version {original.version}.", flag=ADDITION)


class ChangeForm(ReasonedForm):
    threshold = threshold_field()
    weights = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 25, "spellcheck": "false"}),
        strip=False,
        help_text="One line for each provider: provider,weight.",
    )
    updated_at = forms.CharField(widget=forms.HiddenInput)

    def clean_weights(self) -> ParsedFile[WeightEntry]:
        try:
            file = parse_weights(self.cleaned_data["weights"].encode())
        except UnreadableFile as fault:
            raise ValidationError(str(fault)) from fault
        if file.rejected:
            raise ValidationError([f"Line {rejected.line}: {rejected.reason}" for rejected in file.rejected[:20]])
        return file

    def clean_updated_at(self) -> datetime:
        try:
            return datetime.fromisoformat(self.cleaned_data["updated_at"])
        except ValueError as fault:
            raise ValidationError("This is no time.") from fault


@page
class ChangeWeights(ConfigurationPage, FormPage):
    path = "registry/weightconfiguration/<int:pk>/weights/"
    name = "change_weights"
    title = "Change the weights of a configuration"
    permissions = (MAY_CHANGE,)
    form_class = ChangeForm
    explanation = "Scorers keep what they have until the active weights are copied to them."
    confirm_label = "Save the weights"
    shown_by_preview = ("weights",)

    def initial(self) -> Mapping[str, Any]:
        self.find()
        stored, _ = find_configuration(configuration_id=self.configuration_id)
        return {
            "threshold": stored.threshold,
            "weights": "".join(csv_lines(sorted(stored.weights.items()))),
            "updated_at": stored.updated_at.isoformat(),
        }

    def preview(self, form: ChangeForm) -> Preview:
        stored, _ = find_configuration(configuration_id=self.configuration_id)
        weights, threshold = _weights(form.cleaned_data["weights"]), form.cleaned_data["threshold"]
        effect = effect_of_configuration(weights=weights, threshold=threshold)
        has_changes = bool(_changes(stored, weights, threshold))
        in_use = ["This configuration is the active one."] if stored.active else []
        return Preview(
            f"Version {stored.version} {'changes' if has_changes else 'stays as it is'}.",
            counts=effect_counts(effect),
            warnings=[*in_use, ON_A_SAMPLE, *effect_warnings(effect)],
            tables=_tables(stored, weights, threshold, effect),
            is_possible=has_changes,
        )

    def perform(self, form: ChangeForm) -> Done:
        stored, _ = find_configuration(configuration_id=self.configuration_id)
        entries, threshold = form.cleaned_data["weights"].entries, form.cleaned_data["threshold"]
        told = told_change(_changes(stored, _weights(form.cleaned_data["weights"]), threshold))
        change_configuration(
            configuration_id=stored.id,
            entries=entries,
            threshold=threshold,
            updated_at=form.cleaned_data["updated_at"],
        )
        return _done(stored.id, told)


@page
class ActivateWeights(ConfigurationPage, ActionPage):
    path = "registry/weightconfiguration/<int:pk>/activate/"
    name = "activate_weights"
    title = "Activate a weight configuration"
    permissions = (MAY_CHANGE,)
    explanation = "Makes it the one that is copied to the scorers. Activating alone changes no scorer and no score."
    confirm_label = "Activate"

    def preview(self) -> Preview:
        wanted, active = find_configuration(configuration_id=self.find().pk)
        if wanted.active:
            return Preview(f"Version {wanted.version} is active already.", is_possible=False)
        effect = effect_of_configuration(weights=wanted.weights, threshold=wanted.threshold)
        instead = f" instead of version {active.version}" if active else ""
        return Preview(
            f"Version {wanted.version} becomes active{instead}.",
            counts=effect_counts(effect),
            warnings=[ON_A_SAMPLE, *effect_warnings(effect)],
            tables=_tables(active, wanted.weights, wanted.threshold, effect),
            is_possible=bool(wanted.weights),
        )

    def perform(self, form: ReasonedForm) -> Done:  # noqa: ARG002 - the base's
        _, active = find_configuration(configuration_id=self.find().pk)
        activate_configuration(configuration_id=self.configuration_id)
        instead = f" instead of version {active.version}" if active else ""
        return _done(self.configuration_id, f"Activated{instead}. Now copy the weights to the scorers.")


def _weights(file: ParsedFile[WeightEntry]) -> dict[str, float]:
    return {entry.provider: entry.weight for entry in file.entries}


def _changes(stored: Configuration | None, weights: Mapping[str, float], threshold: float) -> WeighingChange:
    return changes_between(
        stored.weights if stored else {},
        weights,
        threshold_before=stored.threshold if stored else None,
        threshold_after=threshold,
    )


def _tables(
    stored: Configuration | None, weights: Mapping[str, float], threshold: float, effect: SampledEffect
) -> list[Table]:
    """What changes against a stored configuration, for scorers, and for scores."""
    title = f"Against version {stored.version}{', the active one' if stored.active else ''}" if stored else "Weights"
    return [
        changes_table(_changes(stored, weights, threshold), title=title),
        effect_table(effect),
        scorers_table(changes_for_scorers(weights=weights, threshold=threshold)),
    ]


def _upload_sentence(file: ParsedFile[WeightEntry]) -> str:
    if file.rejected:
        return "The file has lines that cannot be used. Correct them, and upload it again."
    return f"A new configuration with {len(file.entries)} weights."


def _active_threshold() -> float | None:
    active = find_active_configuration()
    return active.threshold if active else None


def _done(configuration_id: int, sentence: str, **how: Any) -> Done:
    row = WeightConfiguration.objects.get(pk=configuration_id)
    return Done(sentence, [row], reverse("admin:registry_weightconfiguration_change", args=[row.pk]), **how)
