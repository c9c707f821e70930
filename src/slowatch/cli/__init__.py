"""The commands of `slowatch`."""
