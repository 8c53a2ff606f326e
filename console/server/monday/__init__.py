"""The owner's Monday: last week's figures beside last year's, as a mail."""
