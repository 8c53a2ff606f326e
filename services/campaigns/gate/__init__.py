"""The gate: whether a message may be sent now, by its terms, the firm's policy and what is known of the customer."""
