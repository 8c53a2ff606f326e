"""What a customer is worth: recency, frequency and money, future value, and when somebody will have gone."""
