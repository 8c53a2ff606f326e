"""The rules of analytics: frozen dataclasses and functions; no input or output, no clock, no framework."""
