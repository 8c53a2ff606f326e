"""The use cases of imports: files and their mapping, what orders come to, taking them, taking them back."""
