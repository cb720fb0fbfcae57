"""Missing hash links, made from the stamps that scorings kept."""
