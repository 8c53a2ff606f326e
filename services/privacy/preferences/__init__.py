"""How somebody wants to be written to: how often, in which language, not before when; and the page that asks."""
