"""What a station says: messages, readings, states, and how they are decoded and encoded."""
