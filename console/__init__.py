"""The console: one web front over the five services' public APIs. It owns no data and no rule."""
