"""A running daemon: settings, logging, schedule, wiring."""
