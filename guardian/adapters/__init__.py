"""The edge: each package talks to one thing outside and translates its errors once."""
