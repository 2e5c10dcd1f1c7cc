"""Scenes that blazon makes by itself, for the demo and the benches."""
