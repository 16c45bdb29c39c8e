"""What exists: stations, villages, households, devices, and who owns how much of what."""
