"""Slips: every catalogued wrong rule, by the part of the computation that it spoils."""
