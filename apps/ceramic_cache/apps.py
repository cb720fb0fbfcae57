from django.apps import AppConfig


class CeramicCacheConfig(AppConfig):
    name = "apps.ceramic_cache"
    label = "ceramic_cache"
    default_auto_field = "django.db.models.BigAutoField"
