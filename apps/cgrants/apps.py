from django.apps import AppConfig


class CgrantsConfig(AppConfig):
    name = "apps.cgrants"
    label = "cgrants"
    default_auto_field = "django.db.models.BigAutoField"
