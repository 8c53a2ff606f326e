"""The folder of files, and the child process that reads a sheet."""
