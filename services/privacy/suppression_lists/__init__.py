"""Lists of others: hashed addresses to which no marketing goes, brought in and given out without anybody's address."""
