from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "tests.mounted.host.registry"
    label = "registry"
