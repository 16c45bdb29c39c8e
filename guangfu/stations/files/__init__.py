"""Registry files: a folder of CSV files, one YAML file or one Excel workbook."""

from guangfu.stations.files.reading import Reading, check_registry_files, read_registry_files
from guangfu.stations.files.workbook import write_registry_workbook, write_template
from guangfu.stations.files.writing import write_registry_files

__all__ = [
    "Reading",
    "check_registry_files",
    "read_registry_files",
    "write_registry_files",
    "write_registry_workbook",
    "write_template",
]
