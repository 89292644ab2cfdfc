"""The benchmark: the product beside the best plan written by hand, on made data."""
