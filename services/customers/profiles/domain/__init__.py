"""The rules of profiles: claims, records, and the profile that the claims of a customer come to."""
