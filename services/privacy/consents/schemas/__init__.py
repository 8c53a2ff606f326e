"""Bodies of requests and answers about consent."""
