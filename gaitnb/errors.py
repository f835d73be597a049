"""The errors that a reader may cause; the command line prints their text without a traceback."""


class GaitnbError(Exception):
    """Base of all errors whose message is meant for the reader."""


class DataError(GaitnbError):
    """A recording is missing, damaged, or not laid out as documented."""


class ParameterError(GaitnbError):
    """A parameter has an unknown name, a wrong type, or a value out of range."""


class ResultsError(GaitnbError):
    """Stored results are missing, damaged, or do not belong to the parameters and data at hand."""


class ClaimError(GaitnbError):
    """A row of a claims table, or its rule, cannot be read."""


class LabError(GaitnbError):
    """The virtual lab cannot make what was asked for, such as a person whose gait has no solution."""
