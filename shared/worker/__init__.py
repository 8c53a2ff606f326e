"""Worker processes: parts, jobs, watchdog, health."""
