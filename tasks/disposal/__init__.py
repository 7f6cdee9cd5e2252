"""A disposal list carried out: destroyed by decision, looked at afterwards, certified (Art. 18)."""
