"""HTTP doors with the paths and habits of the Segment API."""
