"""Weight configurations: made from files, copied, activated, compared."""
