"""The command line `crm`: what an operator or a developer does by hand, for all five services."""
