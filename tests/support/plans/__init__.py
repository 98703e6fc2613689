"""The corpus of plans in fixtures/plans: how one is read, made by real Terraform, and written down."""
