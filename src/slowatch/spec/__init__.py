"""Specs: YAML files become compiled SLOs, or problems that say where and what to do."""
