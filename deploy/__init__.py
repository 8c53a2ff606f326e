"""Ways to run the services: the local stack, the demonstration, containers."""
