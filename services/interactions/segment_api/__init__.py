"""The Segment HTTP API: what its clients send becomes events of ours."""
