"""The contracts and the kernel that the five services share."""
