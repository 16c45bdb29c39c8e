"""PROGRAM: Grafana dashboards as typed code."""
