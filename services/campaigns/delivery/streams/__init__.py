"""The part of a worker that sends."""
