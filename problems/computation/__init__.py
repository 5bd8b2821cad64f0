"""The graph of steps: its ids, its network, its values."""
