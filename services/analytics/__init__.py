"""Analytics: segments, scores, insights."""
