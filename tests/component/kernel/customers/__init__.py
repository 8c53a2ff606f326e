"""The copies of identity, which several services keep."""
