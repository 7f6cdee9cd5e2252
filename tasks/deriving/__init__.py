"""What is made of a recording for an evidence package, by a child process that is given nothing else: clips, sound,
stills and protected copies (Art. 19). The original itself is never touched."""
