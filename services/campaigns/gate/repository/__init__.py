"""SQL of terms and of the policy."""
