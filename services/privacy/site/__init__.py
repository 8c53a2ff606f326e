"""What the pages for recipients share: the frame, the words in six languages, the headers."""
