"""What consent may be asked for, and in which words: purposes with their channels and bases, wordings kept for ever."""
