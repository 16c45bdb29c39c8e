"""What a solar station's reading means, and what it is worth to whom."""
