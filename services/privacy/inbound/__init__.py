"""What people answer to messages: a word that stops is a withdrawal, everything else is passed on as a contact."""
