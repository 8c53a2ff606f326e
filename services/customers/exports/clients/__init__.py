"""What exports use outside the database: the folder of their files, and analytics' members of segments."""
