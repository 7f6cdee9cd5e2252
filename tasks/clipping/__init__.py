"""Parts of recordings, cut out by a child process that is given nothing else (Art. 17: no more is shown than was
granted)."""
