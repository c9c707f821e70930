"""Real users, played by Locust, in the numbers that the packs declare."""
