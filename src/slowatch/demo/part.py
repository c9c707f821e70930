"""A part of the demo: it runs as long as a `with` block does."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Part(ABC):
    """What is started and stopped."""

    @abstractmethod
    def start(self) -> None:
        """Run it; raises DemoError when it does not come up."""

    @abstractmethod
    def stop(self) -> object:
        """End it; once more does nothing."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
