"""How steady somebody publishes, as pictures: thirteen weeks, punctuality, a year to share, the goal."""
