"""The house: settings, addresses, the manners of the API and operations. Nothing imports it."""
