"""What undoing a change gives back: verdicts by rules, each with its source."""
