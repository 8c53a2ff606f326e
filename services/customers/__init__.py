"""Who somebody is: people and firms, their identifiers and attributes, merges."""
