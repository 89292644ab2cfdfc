"""What people did with messages: recorded or simulated events, and rules that ask for them."""
