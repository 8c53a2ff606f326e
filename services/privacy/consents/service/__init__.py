"""Record what customers said about consent, withdraw it, show it, and tell when it runs out."""
