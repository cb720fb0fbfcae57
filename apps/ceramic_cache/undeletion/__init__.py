"""Taking back the deletion of stored stamps."""
