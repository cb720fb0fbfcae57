from django.apps import AppConfig


class StakeConfig(AppConfig):
    name = "apps.stake"
    label = "stake"
    default_auto_field = "django.db.models.BigAutoField"
