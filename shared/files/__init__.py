"""Files that firms send: kept in one folder, read as sheets by a child process."""
