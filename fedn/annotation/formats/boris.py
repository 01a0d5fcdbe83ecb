"""BORIS's projects and tables, read and written: seconds, starts and stops on rows of their own."""

from fedn.annotation.formats.boris_reader import read_boris
from fedn.annotation.formats.boris_tables import read_boris_table, write_boris_table
from fedn.annotation.formats.boris_writer import write_boris

__all__ = ["read_boris", "read_boris_table", "write_boris", "write_boris_table"]
