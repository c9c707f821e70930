"""What can keep the demo from running, as one exception with what to do about it."""


class DemoError(Exception):
    """A part of the demo is missing or did not come up; the message is for the user."""
