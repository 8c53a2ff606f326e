"""Why a customer is in a segment or not."""
