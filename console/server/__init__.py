"""The server side: sign-in, sessions, a proxy that says who acts, and the pages' files."""
