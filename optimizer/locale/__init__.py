"""Catalogs of messages by language."""
