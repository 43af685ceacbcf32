"""What HTTP refuses, in words that tell the caller what to mend; elsewhere the words are those of the code."""

from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType


class Explained(HTTPException):
    """Its description is meant for the caller."""


class Malformed(Explained, BadRequest):
    """The body or a header is not what it must be, as such."""


class Encoded(Explained, UnsupportedMediaType):
    """The body is compressed."""

    description = "Send the body as it is: no Content-Encoding is taken."
