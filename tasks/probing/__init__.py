"""What a file is and whether it is whole, looked at in child processes (Art. 2, 7).

A dump is hostile until shown otherwise, and the libraries that read media are large and written in C. So they are
imported only by `tasks.probing.worker`, which runs in children with limits; `tasks.probing.pool` is the door to them
and `tasks.probing.probe` is what comes back. Nothing here decides whether a file is kept: every file is.
"""
