"""PROGRAM: the HTTP API and the pages."""
