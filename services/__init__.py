"""The five services; they import nothing from each other."""
