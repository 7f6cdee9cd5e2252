"""A conversion being followed: what is asked is made, packed and published; nothing is decided here (Art. 19)."""
