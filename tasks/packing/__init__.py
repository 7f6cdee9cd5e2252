"""The evidence package: a bag that anybody can check, its image or ZIP, its discs and their labels (Art. 19)."""
