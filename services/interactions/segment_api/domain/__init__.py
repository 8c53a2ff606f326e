"""How a call of the Segment API becomes an event of ours."""
