"""guardian: a state guardian for Terraform."""

__version__ = "0.1.0"
