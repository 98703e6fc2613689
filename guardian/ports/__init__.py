"""Protocols: what the operations need from the world, with the obligations in prose."""
