"""Grafana dashboards: overview, services, slowatch itself; as files, or pushed to a Grafana."""
