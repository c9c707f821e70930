"""What the ledger raises, and nothing else.

LedgerError
├── LedgerAddressError   the URL cannot be understood, or names a kind of database not supported
├── LedgerUnavailable    cannot be reached, read or written now; trying again may help
├── LedgerUnreadable     what is there is damaged, or is not a ledger
└── LedgerTooNew         a newer slowatch wrote it

Every message says what to do. None holds a password.
"""


class LedgerError(Exception):
    """The ledger cannot do what was asked; the message says what to do."""


class LedgerAddressError(LedgerError):
    """The URL cannot be understood, or names a kind of database not supported."""


class LedgerUnavailable(LedgerError):
    """The ledger cannot be reached, read or written now; trying again may help."""


class LedgerUnreadable(LedgerError):
    """What is there is damaged, or is not a ledger."""


class LedgerTooNew(LedgerError):
    """A newer slowatch wrote this ledger."""
