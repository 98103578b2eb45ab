"""One exception per cause; each says what happened and what to do next.

The command line maps them to exit codes at one boundary. A batch turns every
`DocumentError` into an outcome with its `reason` and goes on.
"""

from __future__ import annotations

from typing import Self


class IngestError(Exception):
    """Base of every error that `ingest` raises on purpose.

    `exit_code` is what the command line ends with; `advice` is the next action,
    or empty where the message says it all.
    """

    exit_code = 1
    advice = ""

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        if advice is not None:
            self.advice = advice

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.advice})" if self.advice else message


class EditError(IngestError):
    """A stage proposed an edit that does not fit the text: a mistake in the stage."""


class DocumentError(IngestError):
    """One document cannot be done. `reason` is the stable word for records and filters."""

    reason = "malformed"

    def named(self, name: str) -> Self:
        """Put the document's name before the message, where it does not stand there yet.

        >>> str(EmptyFileError("is empty", advice="").named("a.pdf").named("a.pdf"))
        'a.pdf: is empty'
        """
        message = str(self.args[0])
        if not message.startswith(f"{name}: "):
            self.args = (f"{name}: {message}",)
        return self


class EmptyFileError(DocumentError):
    """The file has no bytes."""

    reason = "empty"
    advice = "the file has 0 bytes; fetch it again"


class NotADocumentError(DocumentError):
    """The content is neither a PDF, nor HTML, nor text."""

    reason = "not-a-document"
    advice = "only PDF, HTML and text are read; convert the file first"


class MalformedError(DocumentError):
    """The content announces a type but cannot be read as that type."""

    reason = "malformed"
    advice = "the file is damaged; fetch it again or repair it, for example with qpdf"


class EncryptedError(DocumentError):
    """The PDF needs a password."""

    reason = "encrypted"
    advice = "remove the password first, for example with qpdf --decrypt"


class ZeroPagesError(DocumentError):
    """The PDF opens but holds no page."""

    reason = "zero-pages"
    advice = "the file lists no pages; fetch it again"


class NoTextLayerError(DocumentError):
    """No page of the PDF has text that could be read: a scan."""

    reason = "no-text-layer"
    advice = "the pages are images; run OCR first"


class GarbledError(NoTextLayerError):
    """The text layer of the PDF is noise: its fonts do not say which characters they draw."""

    reason = "garbled"


class UnknownEncodingError(DocumentError):
    """The bytes look like text, but no encoding reads them."""

    reason = "unknown-encoding"
    advice = "name the encoding with -e ENCODING"


class TooLargeError(DocumentError):
    """The file is over the size limit."""

    reason = "too-large"
    advice = "raise --max-size"


class UnreadableError(DocumentError):
    """The operating system refuses the file, or it is not a regular file."""

    reason = "unreadable"
    advice = "check the file's type and permissions"


class MissingFileError(UnreadableError):
    """There is no such file."""

    reason = "missing"
    advice = "check the path"


class LimitError(DocumentError):
    """The document's child process ran into a limit or was killed.

    `reason` is `cpu`, `wall`, `memory`, `output` or `signal-N`.
    """

    def __init__(self, message: str, *, reason: str, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.reason = reason


class CrashError(DocumentError):
    """The document's child process ended without a result."""

    reason = "crash"
    advice = "please report the file"


class UsageError(IngestError):
    """The call itself is off."""

    exit_code = 2


class MissingExtraError(IngestError):
    """A feature needs a package that is not installed."""

    exit_code = 3


class ConfigurationError(IngestError):
    """A setting, in a file, the environment or a flag, cannot be used."""

    exit_code = 4


class OutputError(IngestError):
    """The output cannot be written; nothing that was written before is lost."""

    exit_code = 5
