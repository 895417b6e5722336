"""Fact-checks of other newsrooms: taken from their ClaimReviews, labelled as theirs."""
