"""Rules of content: templates, links, the form of a mail."""
