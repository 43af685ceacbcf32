"""Every code that a problem can have, with its title and advice on what to do. Also shown at /docs/problems."""

# Errors at the level of HTTP, before any service is called.
HTTP_CODES = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "timeout",
    411: "length_required",
    409: "conflict",
    412: "precondition_failed",
    413: "too_large",
    414: "too_long_address",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "invalid",
    429: "rate_limited",
    431: "too_large",
    500: "internal_error",
    503: "overloaded",
}

# Statuses of the codes that are neither HTTP errors nor conflicts.
OTHER_STATUSES = {"insufficient_scope": 403, "idempotency_mismatch": 422, "too_many_bookings": 429}

# code -> (title, detail)
WORDS = {
    "error": ("Error", "The request could not be served."),
    "malformed": ("Malformed request", "The request is not what HTTP and JSON allow."),
    "unauthorized": ("No valid token", "Send a host's token: Authorization: Bearer <token>. Guests: X-Manage-Token."),
    "forbidden": ("Not allowed", "This is not for you to do."),
    "insufficient_scope": ("Read-only token", "This token may only look: use one with scope write."),
    "not_found": ("Not found", "There is no such thing, or it is not yours."),
    "method_not_allowed": ("Method not allowed", "This address does not know this method; see the header Allow."),
    "not_acceptable": ("Not acceptable", "There is no answer of the kind that was asked for."),
    "timeout": ("Timeout", "The request took too long to arrive."),
    "length_required": ("Length required", "Say how long the body is."),
    "precondition_failed": ("Changed meanwhile", "The ETag in If-Match is an old one: fetch it again, then decide."),
    "too_large": ("Too large", "The request is larger than this instance takes."),
    "too_long_address": ("Too long an address", "The address of the request is too long."),
    "unsupported_media_type": ("Unsupported media type", "Send JSON: Content-Type: application/json."),
    "range_not_satisfiable": ("Range not satisfiable", "There is no such range."),
    "rate_limited": ("Too many requests", "Wait as many seconds as the header Retry-After says."),
    "internal_error": ("Internal error", "Something went wrong here. The header X-Request-ID names it in the log."),
    "overloaded": ("Overloaded", "Nothing was changed. Try again after as many seconds as Retry-After says."),
    "invalid": ("Invalid", "Some values cannot be accepted: see errors, by field."),
    "idempotency_mismatch": ("Idempotency key in use", "This Idempotency-Key came with another request before."),
    "conflict": ("Conflict", "The request was fine, but the state is against it."),
    "slot_unavailable": ("Not offered", "This start is not offered. List the slots again."),
    "slot_taken": ("Slot taken", "Somebody else has this time. List the slots again."),
    "already_booked": ("Already booked", "This guest has a seat in this slot already."),
    "address_refused": ("Address refused", "This meeting cannot be booked with this e-mail address."),
    "too_many_open_bookings": (
        "Too many open bookings",
        "One e-mail address can have only so many upcoming bookings with a host: cancel one, or book when one is over.",
    ),
    "proof_required": (
        "Proof of work required",
        "POST /api/v1/challenges gives a challenge of ALTCHA: solve it, and book again with the solution as `proof`.",
    ),
    "too_many_bookings": (
        "Too many bookings with this host",
        "Guests have booked as much with this host in the last hour as they may. See the header Retry-After.",
    ),
    "slot_overlap": ("Slot overlaps", "It overlaps a published slot of the same event type, or a booked one."),
    "slot_booked": ("Slot is booked", "A slot with bookings can be neither changed nor deleted."),
    "already_cancelled": ("Already cancelled", "This booking was cancelled before."),
    "not_active": ("Not possible now", "The booking is over, or in a state that does not allow this."),
    "too_late": ("Too late", "Guests may no longer change this booking themselves: it begins too soon."),
    "too_many_moves": (
        "Too many moves",
        "The guest has moved this booking five times within a day.",
    ),
    "link_used": ("Link used", "This single-use link has had its booking."),
    "webhook_off": ("Webhook is off", "Nothing is sent to a webhook that is switched off: switch it on first."),
    "slug_taken": ("Slug taken", "Another one of yours has this slug."),
    "name_taken": ("Name taken", "Another one of yours has this name."),
    "email_taken": ("Address taken", "There is an account with this address already."),
    "schedule_in_use": ("Schedule in use", "Event types use this schedule, or it is the default."),
    "account_not_empty": ("Account not empty", "A host's data go only into an account in which nothing has been done."),
    "import_waiting": ("Import waiting", "The file that was uploaded before has not been restored yet."),
    "own_account": ("Own account", "Not with the account that you are using."),
}


def usual_status(code: str) -> int | None:
    """The status of problems with this code; None if it varies."""
    if code == "error":
        return None
    of_http = {name: status for status, name in reversed(HTTP_CODES.items())}  # the first status of a code wins
    return (of_http | OTHER_STATUSES).get(code, 409)
