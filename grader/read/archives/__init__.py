"""ZIP archives of submissions."""
