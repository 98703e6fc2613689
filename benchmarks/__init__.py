"""The measured claims, one command each."""
