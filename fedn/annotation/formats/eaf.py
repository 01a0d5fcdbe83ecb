"""ELAN's annotation files, read and written: times in milliseconds, no overlap within a tier."""

from fedn.annotation.formats.eaf_reader import read_eaf
from fedn.annotation.formats.eaf_writer import write_eaf

__all__ = ["read_eaf", "write_eaf"]
