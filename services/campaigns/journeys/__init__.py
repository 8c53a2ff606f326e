"""Journeys: customers travel from step to step, each on time and each step once; messages go through the one ledger."""
