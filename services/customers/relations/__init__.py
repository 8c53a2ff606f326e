"""Relations: who belongs to whom, typed, directed and dated; both ends see them."""
