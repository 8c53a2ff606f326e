"""New versions of segments, answered for everybody and switched to."""
