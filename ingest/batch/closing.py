"""What is closed at the end of its `with` block, however that ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Makes a context manager of whatever can be closed."""

    @abstractmethod
    def close(self) -> object:
        """End everything that was begun; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()
