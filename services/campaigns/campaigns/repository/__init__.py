"""SQL of campaigns and their versions."""
