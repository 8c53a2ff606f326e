"""Tracking: the public links of a mail, and its opens and clicks on their way to interactions."""
