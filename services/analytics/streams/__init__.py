"""The road of events into the segment engine: Faust's consumer, merged topics, wake-ups, one lane."""
