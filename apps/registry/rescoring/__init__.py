"""Computing scores again because somebody asked for it, within a web request or not."""
