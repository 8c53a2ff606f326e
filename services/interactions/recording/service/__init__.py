"""Use cases of recording: messages, outcomes, and the erasure of both."""
