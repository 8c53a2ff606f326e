"""The locked row per customer id: number of its latest change, restriction, tombstone."""
