"""The rules of recording: messages, interactions made of them, and digests by which they are known."""
