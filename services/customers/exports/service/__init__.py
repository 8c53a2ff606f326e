"""The use cases of exports: asked for, filled by the worker, fetched, deleted."""
