"""The statement that goes with footage used as evidence: as JSON, as a paper, and to edit by hand (Art. 19)."""
