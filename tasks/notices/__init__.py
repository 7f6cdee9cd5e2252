"""Notices: what a person is told, in their language, and its way to them (Art. 16, 20)."""
