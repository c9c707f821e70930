"""The status page: what the API says, for people who look before they read."""
