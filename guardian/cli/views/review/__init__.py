"""A review in its forms: for the terminal, a comment, a program and what a CI server reads."""
