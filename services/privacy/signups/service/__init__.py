"""Take sign-ups, have their addresses asked, and record the consent of those that confirm."""
