"""What other weights or another threshold would do to stored scores, found on a sample."""
