"""The desk for programs: the same acts as its pages, in JSON, for somebody's personal token (Art. 17)."""
