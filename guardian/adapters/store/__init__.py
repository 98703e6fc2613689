"""Blob stores: a local directory and S3."""
