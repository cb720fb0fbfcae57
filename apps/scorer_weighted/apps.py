from django.apps import AppConfig


class ScorerWeightedConfig(AppConfig):
    name = "apps.scorer_weighted"
    label = "scorer_weighted"
    verbose_name = "Scorers"
    default_auto_field = "django.db.models.BigAutoField"
