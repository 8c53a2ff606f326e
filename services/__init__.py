"""The five services, which import nothing from each other, and the command line that operates them."""
