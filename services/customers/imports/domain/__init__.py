"""The rules of imports: formats, columns, rows, and what a row comes to."""
