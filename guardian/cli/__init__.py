"""The command line: options in, views out, nothing decided here."""
