"""The use cases of merges: merge and undo, candidates, accounts joined with what only their e-mail derived."""
