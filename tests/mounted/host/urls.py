"""The project's own endpoints: the old scorer, at the paths of ours, and others."""

import sys

from django.apps import apps
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from tests.mounted.host.account.models import Community
from tests.mounted.host.ceramic_cache.models import CeramicCache
from tests.mounted.host.registry.models import Passport


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the project's own")


def old_score(request: HttpRequest, scorer_id: str, address: str) -> JsonResponse:
    """Reads what the new scorer wrote, by the project's own models."""
    community = Community.objects.get(pk=scorer_id)
    scored = Passport.objects.filter(community=community, address=address).exists()
    stamps = CeramicCache.objects.filter(address=address).count()
    return JsonResponse({"answered_by": "the old scorer", "scored": scored, "stamps": stamps})


def old_bulk(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"answered_by": "the old scorer", "method": request.method})


def loaded(request: HttpRequest) -> JsonResponse:
    """What of Django's registry and of our code is loaded by now."""
    models = {f"{model._meta.label}": model.__module__ for model in apps.get_models()}
    modules = sorted(name for name in sys.modules if name.split(".")[0] in ("apps", "scorer_v2", "settings"))
    labels = {config.label: config.name for config in apps.get_app_configs()}
    return JsonResponse({"labels": labels, "models": models, "modules": modules})


urlpatterns = [
    path("health", health),
    path("loaded", loaded),
    path("v2/stamps/<scorer_id>/score/<address>", old_score),
    path("ceramic-cache/stamps/bulk", old_bulk),
]
