"""The power company's statement: what it says, whether it adds up, and why it differs from the estimate. Pure."""
