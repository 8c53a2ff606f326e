"""What a message consists of: Liquid templates, tracked links, MIME."""
