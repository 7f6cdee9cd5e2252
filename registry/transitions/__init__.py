"""The only writers of state.

Each function checks the rule, writes the rows and has the ledger say so, all within the one transaction of the `Act` it
is given; calling it again with the same facts changes nothing and adds no ledger entry.
"""
