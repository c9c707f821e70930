"""One migration a file, named `<revision>_<what>.py`."""
