"""How dates and times are printed where nothing else is said: in the lists of the desk."""
