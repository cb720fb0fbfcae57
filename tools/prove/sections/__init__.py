"""One module for each section, or for a few that belong together; they run in the order of the modules' names."""
