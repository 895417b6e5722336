"""Access of partner newsrooms: who they are, their keys, and how often they and everybody else may ask the API."""
