"""The rules of imports: what columns mean, and how the rows of one order become a purchase or a return."""
