"""Journeys over HTTP: XIn is what comes, XOut what goes."""
