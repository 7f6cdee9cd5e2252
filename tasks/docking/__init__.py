"""The steps of a dock session (Art. 4, 7, 15, 16): scan, take in, probe, file, seal, wipe.

Each is a Prefect task that can be run again at any time: it asks the registry what is left to do and does that.
"""
