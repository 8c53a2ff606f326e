"""Neighbours of imports: privacy, which keeps what files say of consent."""
