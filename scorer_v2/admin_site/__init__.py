"""The admin site: its look, its doors, its log, and what the pages of the apps are made of.

Nothing here is loaded in a project that mounts this one: that project has an admin site of its own.
"""
