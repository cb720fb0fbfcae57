"""A weight configuration beside another one, and beside what scorers have. Reads only."""

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from apps.registry.models import WeightConfiguration
from apps.scorer_weighted.admin.previews import changes_table, scorers_table
from apps.scorer_weighted.configurations.changes import changes_between
from apps.scorer_weighted.configurations.services import changes_for_scorers, find_configuration
from scorer_v2.admin_site.forms import PageForm
from scorer_v2.admin_site.pages import AdminPage, page


class CompareForm(PageForm):
    other = forms.ModelChoiceField(
        label="Beside version",
        queryset=WeightConfiguration.objects.order_by("-pk"),
        required=False,
        empty_label="the active one",
    )


@page
class CompareWeights(AdminPage):
    path = "registry/weightconfiguration/<int:pk>/compare/"
    name = "compare_weights"
    title = "Compare weights"
    permissions = ("registry.view_weightconfiguration",)
    template_name = "registry/admin/compare_weights.html"
    explanation = "What this configuration changes against another one, and against what the scorers have."

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        get_object_or_404(WeightConfiguration, pk=pk)
        wanted, other = find_configuration(configuration_id=pk)
        form = CompareForm(request.GET or None)
        if form.is_valid() and form.cleaned_data["other"]:
            other, _ = find_configuration(configuration_id=form.cleaned_data["other"].pk)
        change = changes_between(
            other.weights if other else {},
            wanted.weights,
            threshold_before=other.threshold if other else None,
            threshold_after=wanted.threshold,
        )
        title = f"From version {other.version} to version {wanted.version}" if other else f"Version {wanted.version}"
        scorers = changes_for_scorers(weights=wanted.weights, threshold=wanted.threshold)
        return self.show(
            page=self,
            form=form,
            change=change,
            changes=changes_table(change, title=title),
            scorers=scorers_table(scorers),
            details=[
                changes_table(
                    one.change,
                    title=f"Scorer {one.scorers.scorer_ids[0]} and those like it",
                    identity=f"scorer-{one.scorers.scorer_ids[0]}-changes",
                )
                for one in scorers
                if one.change
            ],
        )
