"""What the ledger raises, and nothing else.

LedgerError
├── LedgerAddressError   the URL cannot be understood, or names a kind of database not supported
├── LedgerUnavailable    cannot be reached, read or written now; trying again may help
├── LedgerUnreadable     what is there is damaged, or is not a ledger
├── LedgerTooOld         an older slowatch wrote it, and it was opened to be read only
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


class LedgerTooOld(LedgerError):
    """An older slowatch wrote this ledger, and what only reads does not bring it up to date."""


class LedgerTooNew(LedgerError):
    """A newer slowatch wrote this ledger."""
