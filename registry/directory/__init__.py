"""Bringing the directory in from files: CSV, XLSX or JSON, with every error told by row and column (Art. 4, 6, 9)."""

from registry.directory.importing import ImportReport, import_directory, rehearse_imports
from registry.directory.kinds import DirectoryKind
from registry.directory.reading import ImportProblem

__all__ = ["DirectoryKind", "ImportProblem", "ImportReport", "import_directory", "rehearse_imports"]
