"""The named errors. Each says what is wrong, where, and what to do about it."""

from features.words import Words


class FendanError(Exception):
    """Anything that Fendan refuses, in words a person can act on.

    >>> print(FendanError("no such file", where="log.csv", remedy="check the path"))
    no such file (log.csv); check the path

    `zh` is all of it in Chinese, for what the pages of the console can provoke; without it a
    Chinese reader reads the English.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "", zh: str = "") -> None:
        self.what, self.where, self.remedy, self.zh = what, where, remedy, zh
        super().__init__(what, where, remedy)

    def __reduce__(self) -> tuple[object, ...]:  # else none came back whole from a worker process
        return BaseException.__new__, (type(self), *self.args), self.__dict__

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f"; {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{advice}"

    @property
    def said(self) -> Words:
        """The same in both languages."""
        return Words(str(self), self.zh or str(self))


class LogError(FendanError):
    """An event log, a foreign log or a mapping cannot be used at all."""


class SnapshotError(FendanError):
    """A picture of the desk at one moment cannot be used."""


class PolicyError(FendanError):
    """A policy document cannot be obeyed."""


class ModelError(FendanError):
    """No model, a damaged model, or a model made for other features."""


class StoreError(FendanError):
    """The store of decisions or policies cannot be read or written."""
