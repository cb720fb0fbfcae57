"""Computing many scores again, by the rules that one score is computed by."""
