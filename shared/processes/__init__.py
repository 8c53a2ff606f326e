"""Child processes: started, watched and ended. Used by the local stack and as process 1 of a container."""
