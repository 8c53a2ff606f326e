"""Segments and static lists: language, engine, SQL, definitions, and the program that runs."""
