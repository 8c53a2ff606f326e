"""The rules of requests, and the archive that answers the question what is kept."""
