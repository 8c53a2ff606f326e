"""Alarms: what is wrong with the installation reaches a mailbox and a webhook, once, with its all-clear."""
