"""Terraform and OpenTofu as child processes, and the places where they keep state."""
