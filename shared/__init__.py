"""The language and the kernel that the five services share."""
