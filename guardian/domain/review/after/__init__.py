"""The state as it would be after an apply, made from the plan alone."""
