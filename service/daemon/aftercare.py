"""What is done with scans once they are filed: read, learned from, and files made of them."""

from __future__ import annotations

from config.home import Home
from config.settings import Settings
from service.daemon.corrections.learning import Learning
from service.daemon.tickets.clearing import bring_after, clear_outputs
from service.daemon.tickets.making import Making
from service.daemon.tickets.rereading import Rereading
from service.workers.dispatcher import Dispatcher
from storage.corrections.lessons import LessonBook
from storage.ledger import Ledger
from storage.tickets.outputs import OutputBook
from storage.tickets.reading import ReadingBook


class Aftercare:
    """Works off what is owed, as workers are free. Filing comes first and waits for none of it.

    Args:
        home: whose scans.
        settings: which classes are read, what is made, and whether corrections are learned from.
        ledger: of the home.
        dispatcher: has it done by workers.
    """

    def __init__(
        self, home: Home, settings: Settings, ledger: Ledger, dispatcher: Dispatcher
    ) -> None:
        self._outputs = OutputBook(ledger.database, home)
        self._making = Making(settings.ticket_outputs, ledger, self._outputs, dispatcher)
        self._rereading = Rereading(
            settings.read_classes,
            settings.ticket_outputs,
            ReadingBook(ledger.database, home),
            dispatcher,
        )
        self._learning = Learning(
            home,
            LessonBook(ledger.database, home),
            dispatcher,
            on=settings.learn_from_corrections,
        )

    @property
    def trouble(self) -> str:
        """Why nothing can be written at present; empty if it can."""
        return self._making.trouble

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._making.busy or self._rereading.busy or self._learning.busy

    @property
    def idle(self) -> bool:
        """Whether there is nothing that could be done now."""
        return self._making.idle and self._rereading.idle and self._learning.idle

    def recover(self) -> None:
        """Finish what a daemon that died left of files made of scans, and begin again."""
        clear_outputs(self._outputs)
        bring_after(self._outputs)
        self.try_again()

    def look(self) -> None:
        """There may be something new to do."""
        self._making.look()
        self._rereading.look()
        self._learning.look()

    def try_again(self) -> None:
        """What was refused may go well now."""
        self._making.try_again()
        self._rereading.look()
        self._learning.try_again()

    def go_on(self, *, begin: bool = True) -> None:
        """Write what was done, and begin more, unless not to ``begin`` anything. Never waits."""
        self._rereading.go_on(begin=begin)
        self._making.go_on(begin=begin)
        self._learning.go_on(begin=begin)
