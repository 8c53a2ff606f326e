"""Retention: values past the days that their definition allows are deleted."""
