"""The use cases of identifiers: who owns them, and how they are spelt."""
