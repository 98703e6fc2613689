"""Human text and JSON Lines, twins over the same result values."""
