"""Real components for tests: servers that are started, reset and stopped by the fixtures."""
