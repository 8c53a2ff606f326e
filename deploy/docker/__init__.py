"""Images and what containers need before they start."""
