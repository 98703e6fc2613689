"""What a pull request must know before the merge: pure verdicts over a plan with its values."""
