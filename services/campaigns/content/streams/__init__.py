"""The process in which letters are written."""
