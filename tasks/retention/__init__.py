"""The nightly sweep over terms: what each original is kept for, what is coming, what is due (Art. 18)."""
