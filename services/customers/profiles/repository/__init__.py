"""The SQL of profiles, cut by noun. Domain objects come out, rows do not."""
