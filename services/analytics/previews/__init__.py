"""How many customers a definition would hold."""
