"""The channels, each an implementation of the port in delivery/domain.py."""
