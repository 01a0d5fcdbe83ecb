"""Failures a user can mend: each text is one sentence that names the file, row or value and the way out."""


class FednError(Exception):
    """An expected failure. The command line prints it and exits with 2; the window shows it once."""


class VideoError(FednError):
    """A video cannot be read."""


class ProjectError(FednError):
    """A project cannot be opened or written."""


class DamagedError(ProjectError):
    """A project's database is damaged; one of its backups can take its place."""


class FormatError(FednError):
    """A label file, vocabulary or settings file is not what it should be."""


class EditError(FednError):
    """An edit would break a rule of the data; nothing was changed."""


class ModelError(FednError):
    """A model folder cannot be used."""


class TrainingError(FednError):
    """Training cannot start or go on."""
