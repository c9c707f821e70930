"""Real parts for tests: servers that start for a session and leave nothing behind."""
