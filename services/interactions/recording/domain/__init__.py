"""Rules of recording: what an interaction is made of, and by which digests its parts are known."""
