"""The Fact Check Tools API v1alpha1 at the root of the host, for clients that speak it already (docs/google.md)."""
