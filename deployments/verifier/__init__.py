"""The stand-alone verifier: `verify.py` is one file that needs Python 3.9 and nothing else."""
