"""Rules of journeys: definitions, what is wrong with one, and the step."""
