"""How events come in: Faust's consumer, topics merged by time, watermarks, and the loop that handles them."""
