"""Rules of campaigns."""
