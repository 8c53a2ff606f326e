"""Kafka clients with safe settings, partitioner, record batches, consumer lag."""
