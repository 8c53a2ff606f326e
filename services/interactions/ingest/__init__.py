"""Take publishers' events: over HTTP, checked and put on Kafka; from Kafka, checked again and recorded."""
