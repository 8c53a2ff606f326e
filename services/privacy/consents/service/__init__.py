"""Record what customers said about consent, withdraw it, show it, and publish when it runs out."""
