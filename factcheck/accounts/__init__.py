"""Who comes in: sign-in and its limits, the second factor, sessions, passwords. No models of its own."""
