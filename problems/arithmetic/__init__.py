"""Numbers: exact grids, elementary functions, balls, and the precision asked for."""
