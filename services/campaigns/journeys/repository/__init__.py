"""SQL of journeys, travellers and their visits."""
