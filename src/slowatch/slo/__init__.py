"""Pure values and arithmetic of service-level objectives: no I/O, no clock."""
